package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Layer normalisation over the channels of each place, as {@code torch.nn.LayerNorm(C)} on
 * channels-last maps (torchvision's {@code LayerNorm2d}): {@code y = (x - mean) / sqrt(variance +
 * eps) * weight + bias}. The shape stays. Parameters: {@code weight} and {@code bias}, {@code [C]}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface LayerNorm {
  /** What is added to the variance. */
  double eps() default 1e-5;

  /** Whether a scale and a shift a channel are learned. */
  boolean elementwiseAffine() default true;
}
