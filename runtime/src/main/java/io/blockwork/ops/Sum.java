package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The sum of two or more maps of one shape, each times a constant. The shape stays. With one factor
 * 1 it is a residual network's shortcut; {@code factors = {0.17, 1}} is Inception-ResNet's (Szegedy
 * et al. 2016, section 3.3).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Sum {
  /** The factor of each input; none: 1 each. */
  double[] factors() default {};
}
