package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * {@code x * Phi(x)}, Phi the normal distribution (Hendrycks and Gimpel 2016), as {@code
 * torch.nn.GELU}; with {@link #tanh}, {@code 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 *
 * x^3)))}. The shape stays.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Gelu {
  /** Whether to approximate it by tanh (torch: {@code approximate = "tanh"}). */
  boolean tanh() default false;
}
