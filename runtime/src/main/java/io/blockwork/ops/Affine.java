package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A constant scale and shift a channel: {@code y = scale[c] * x + shift[c]}. The shape stays.
 * (torchvision's {@code transform_input}.)
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Affine {
  /** Factor of each channel; one value: of all; none: 1. */
  double[] scale() default {};

  /** What is added to each channel; one value: to all; none: 0. */
  double[] shift() default {};
}
