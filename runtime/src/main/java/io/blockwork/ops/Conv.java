package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A convolution, as {@code torch.nn.Conv2d}: {@code C x H x W} becomes {@code out x H' x W'} with
 * {@code H' = floor((H + top + bottom - dilation * (kernel - 1) - 1) / stride) + 1}. Parameters:
 * {@code weight [out, C / groups, kH, kW]} and, with {@link #bias}, {@code bias [out]}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Conv {
  /**
   * The padding that keeps the size at stride 1, and at stride s leaves {@code ceil(H / s)} rows:
   * torch's {@code "same"}, and TensorFlow's, which pads the bottom and the right where the sum is
   * odd.
   */
  int SAME = -1;

  /** Channels that come out. */
  int out() default Block.REQUIRED;

  /** Rows and columns of the kernel; one value: both. */
  int[] kernel() default 1;

  /** Step of the kernel down and to the right; one value: both. */
  int[] stride() default 1;

  /**
   * Rows and columns of zeros around the map: one value for all sides; two: above and below, left
   * and right; four: top, left, bottom, right. Or {@link #SAME}.
   */
  int[] padding() default 0;

  /** Distance of the kernel's taps, down and to the right; one value: both. */
  int[] dilation() default 1;

  /** Groups that the channels are cut into; {@code in}: depthwise. */
  int groups() default 1;

  /** Whether a constant is added to each channel. */
  boolean bias() default true;
}
