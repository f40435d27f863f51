package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The largest value of windows of a fixed number, as {@code torch.nn.AdaptiveMaxPool2d}. Output
 * {@code i} of {@code h} rows takes the rows {@code floor(i * H / h)} to {@code ceil((i + 1) * H /
 * h) - 1}; windows may overlap. {@code C x H x W} becomes {@code C x h x w}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface AdaptiveMaxPool {
  /** Rows and columns that come out; one value: both. */
  int[] outputSize() default Block.REQUIRED;
}
