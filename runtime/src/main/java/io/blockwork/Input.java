package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The size of one input image; the batch size is free.
 *
 * <p>Images need not be square. Every dimension is at least 1.
 *
 * <p>In {@link From}, {@code Input.class} is the input of a body. A block that reads more than one
 * value declares the further ones as nodes, {@code @Input interface skip {}}, before all others;
 * who uses it gives them in order, {@code @From({x.class, y.class})}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
// TYPE: further inputs of a block.
@Target(ElementType.TYPE)
public @interface Input {
  /** Channels of the image: 3 for RGB, 1 for grey. */
  int channels() default 3;

  /** Height in pixels. */
  int height() default 224;

  /** Width in pixels. */
  int width() default 224;
}
