package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Zeroes values at random in training, and scales the others by {@code 1 / (1 - p)}, as {@code
 * torch.nn.Dropout} (Srivastava et al. 2014). The shape stays; inference skips it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Dropout {
  /** The probability of a zero, in [0, 1). */
  double p() default 0.5;
}
