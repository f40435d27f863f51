package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A learned factor a channel (Touvron et al. 2021, section 2): {@code y = factor[c] * x}. The shape
 * stays. Its one parameter, {@code [C, 1, 1]}, is called as the node is, as torchvision's {@code
 * layer_scale}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface LayerScale {
  /** What every factor starts as. */
  double initialValue() default 1e-6;
}
