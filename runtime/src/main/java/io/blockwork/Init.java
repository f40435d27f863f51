package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What parameters start as. Stands on a node, a block or a network, and holds for all convolutions
 * and linear layers within; the nearest one counts. On a batch norm's own node {@link Initial#ZERO}
 * lets its scale start at zero, not at one. Without it parameters start as those of torch's
 * modules.
 *
 * <pre>{@code
 * @BatchNorm @Init(Initial.ZERO) interface bn3 {}   // the block starts as its shortcut
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Init {
  /** How weights start. */
  Initial value();

  /** The deviation of {@link Initial#NORMAL} and {@link Initial#TRUNCATED_NORMAL}. */
  double std() default 0.01;

  /** The value of {@link Initial#CONSTANT}. */
  double constant() default 1;

  /** Whether biases start at zero; else as torch's do, uniform within {@code 1 / sqrt(fanIn)}. */
  boolean zeroBias() default false;
}
