package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** {@code x where x > 0, else alpha * (exp(x) - 1)}, as {@code torch.nn.ELU}. The shape stays. */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Elu {
  /** Factor below zero. */
  double alpha() default 1;
}
