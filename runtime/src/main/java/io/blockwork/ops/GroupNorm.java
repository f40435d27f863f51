package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Group normalisation (Wu and He 2018), as {@code torch.nn.GroupNorm}: mean and variance of each
 * group of channels of an image. The shape stays. Parameters, if {@link #affine}: {@code weight}
 * and {@code bias}, {@code [C]}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface GroupNorm {
  /** Groups that the channels are cut into. */
  int groups() default Block.REQUIRED;

  /** What is added to the variance. */
  double eps() default 1e-5;

  /** Whether a scale and a shift a channel are learned. */
  boolean affine() default true;
}
