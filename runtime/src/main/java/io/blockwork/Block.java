package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes an annotation of one's own a block: its elements are parameters, its nested interfaces
 * nodes, as those of a {@link Model}. A node annotated with it computes what its nodes do, and
 * their names begin with the node's.
 *
 * <pre>{@code
 * @Block
 * public @interface ConvNorm {
 *   int out() default Block.REQUIRED;
 *   int kernel() default 1;
 *
 *   @Conv(bias = false) @With("out = out, kernel = kernel, padding = kernel / 2") interface conv {}
 *   @BatchNorm interface bn {}
 *   @Relu interface relu {}
 * }
 * }</pre>
 *
 * <p>Elements are whole numbers, decimals, truth values, arrays of numbers, enumerations and
 * classes; {@link With} and {@link If} compute with them. Blocks may stand in another module or
 * jar, compiled with Blockwork's processor, which writes down the order of their nodes in a class
 * {@code ...Nodes} beside each.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.ANNOTATION_TYPE)
public @interface Block {
  /**
   * The default of an element that must be given, by value or by {@link With}: of {@code int},
   * {@code double}, and arrays of them.
   */
  int REQUIRED = Integer.MIN_VALUE;
}
