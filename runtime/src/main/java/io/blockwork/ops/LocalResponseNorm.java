package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Local response normalisation (Krizhevsky et al. 2012), as {@code torch.nn.LocalResponseNorm}:
 * {@code y = x / (k + alpha / size * sum(x^2))^beta}, the sum over {@code size} neighbouring
 * channels. The shape stays.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface LocalResponseNorm {
  /** Neighbouring channels of the sum. */
  int size() default Block.REQUIRED;

  /** Factor of the sum. */
  double alpha() default 1e-4;

  /** Exponent. */
  double beta() default 0.75;

  /** What is added to the sum. */
  double k() default 1;
}
