package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * {@code x where x > 0, else negativeSlope * x}, as {@code torch.nn.LeakyReLU}. The shape stays.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface LeakyRelu {
  /** Slope below zero. */
  double negativeSlope() default 0.01;
}
