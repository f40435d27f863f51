package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The size of one input image; the batch size is free.
 *
 * <p>Images need not be square. Every dimension is at least 1.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({})
public @interface Input {
  /** Channels of the image: 3 for RGB, 1 for grey. */
  int channels() default 3;

  /** Height in pixels. */
  int height() default 224;

  /** Width in pixels. */
  int width() default 224;
}
