package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The node that many times in a row, each with parameters of its own: {@code layer1.0}, {@code
 * layer1.1}, and so on. The first reads what the node reads, each other one the one before; further
 * inputs of a block stay the same. {@code index} in {@link With}, {@link If} and {@link Path} is
 * the repetition, from 0.
 *
 * <p>Exactly one of {@link #value} and {@link #times} is given.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Repeat {
  /** How often, at least once. */
  int value() default Block.REQUIRED;

  /** How often, an expression as in {@link With}: {@code times = "depth"}. */
  String times() default "";
}
