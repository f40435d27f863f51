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

  /**
   * Heights of further images that a network is compiled for, with the same parameters: train at
   * 176 what predicts at 224 (Touvron and others 2019, arXiv:1906.06423), or let the images grow
   * from epoch to epoch. Their widths are in the proportion of {@link #width} to {@link #height}.
   *
   * <p>Every size is checked, and has code of its own, with shapes as literals. A network whose
   * weights depend on the size, as those of a linear layer after a {@code Flatten} do, cannot have
   * several. {@link Network#at} tells of use. In the input of a block it means nothing.
   */
  int[] sizes() default {};
}
