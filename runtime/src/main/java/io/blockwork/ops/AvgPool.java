package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The mean of each window, as {@code torch.nn.AvgPool2d}. {@code C x H x W} becomes {@code C x H' x
 * W'} with {@code H' = floor((H + top + bottom - kernel) / stride) + 1}, or the ceiling with {@link
 * #ceilMode}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface AvgPool {
  /** Rows and columns of the window; one value: both. */
  int[] kernel() default Block.REQUIRED;

  /**
   * Step of the window down and to the right; one value: both. None: the kernel, so that windows do
   * not overlap.
   */
  int[] stride() default {};

  /**
   * Rows and columns of zeros around the map: one value for all sides; two: above and below, left
   * and right; four: top, left, bottom, right.
   */
  int[] padding() default 0;

  /**
   * Whether the last window may hang over the edge; it begins within the map or the padding before
   * it.
   */
  boolean ceilMode() default false;

  /** Whether the padding counts in the divisor. */
  boolean countIncludePad() default true;
}
