package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Zeros around the map, as {@code torch.nn.ZeroPad2d} (whose four values are left, right, top,
 * bottom): {@code C x H x W} becomes {@code C x (top + H + bottom) x (left + W + right)}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface ZeroPad {
  /**
   * Rows and columns of zeros around the map: one value for all sides; two: above and below, left
   * and right; four: top, left, bottom, right.
   */
  int[] padding() default Block.REQUIRED;
}
