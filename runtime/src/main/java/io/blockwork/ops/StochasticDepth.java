package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Drops whole images of a residual branch at random in training, and scales the others by {@code 1
 * / (1 - p)}, as torchvision's {@code StochasticDepth} in mode "row" (Huang et al. 2016). The shape
 * stays; inference skips it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface StochasticDepth {
  /** The probability that an image is dropped, in [0, 1). */
  double p() default Block.REQUIRED;
}
