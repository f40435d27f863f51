package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * {@code log(1 + exp(beta * x)) / beta, and x where beta * x > threshold}, as {@code
 * torch.nn.Softplus}. The shape stays.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Softplus {
  /** Steepness. */
  double beta() default 1;

  /** Above it the function is the identity. */
  double threshold() default 20;
}
