package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Batch normalisation (Ioffe and Szegedy 2015), as {@code torch.nn.BatchNorm2d}: {@code y = (x -
 * mean) / sqrt(variance + eps) * weight + bias} for each channel. The shape stays. Training takes
 * mean and variance of the batch, inference the running ones. Parameters: {@code weight}, {@code
 * bias}, {@code running_mean}, {@code running_var}, all {@code [C]}, and {@code
 * num_batches_tracked}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface BatchNorm {
  /** What is added to the variance. */
  double eps() default 1e-5;

  /** The share of a new batch in the running statistics, as torch counts it. */
  double momentum() default 0.1;
}
