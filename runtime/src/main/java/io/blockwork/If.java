package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Where the condition is false, the node is left out with its parameters, and hands its first input
 * on; an {@link Auxiliary} output is left out altogether. In a repeat it is asked for each
 * repetition.
 *
 * <pre>{@code
 * @Conv(bias = false) @With("out = out, stride = stride") @From(Input.class)
 * @If("stride != 1 || in != out") interface downsample {}
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface If {
  /** The condition, an expression as in {@link With}. */
  String value();
}
