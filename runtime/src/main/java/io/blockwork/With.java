package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets members of a node's operation or block from the parameters of the block that it stands in.
 *
 * <pre>{@code
 * @Conv(bias = false) @With("out = 4 * planes, stride = stride") interface conv {}
 * @Bottleneck(planes = 128) @With("stride = index == 0 ? 2 : 1") @Repeat(4) interface layer2 {}
 * }</pre>
 *
 * <h2>The grammar</h2>
 *
 * <pre>
 * members    = member { "," member }
 * member     = name "=" expression
 * expression = or [ "?" expression ":" expression ]
 * or         = and { "||" and }
 * and        = equality { "&amp;&amp;" equality }
 * equality   = comparison { ( "==" | "!=" ) comparison }
 * comparison = sum [ ( "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ) sum ]
 * sum        = product { ( "+" | "-" ) product }
 * product    = unary { ( "*" | "/" | "%" ) unary }
 * unary      = ( "-" | "!" ) unary | side
 * side       = primary { "[" expression "]" }
 * primary    = number | "true" | "false" | name | name "." name
 *            | function "(" expression { "," expression } ")"
 *            | "(" expression ")" | "{" expression { "," expression } "}"
 * function   = "min" | "max" | "floor" | "ceil" | "round"
 * number     = digits [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ]
 * </pre>
 *
 * <p>Names are letters, digits and underscores, as in Java; blanks may stand between any two signs.
 *
 * <h2>Names</h2>
 *
 * <ul>
 *   <li>the elements of the block, by their names;
 *   <li>{@code in}, {@code inHeight}, {@code inWidth}: channels and size of what the node reads
 *       first;
 *   <li>{@code Input.channels}, {@code Input.height}, {@code Input.width}: those of the body's own
 *       input;
 *   <li>{@code index}: the repetition, from 0, within a {@link Repeat};
 *   <li>{@code Type.CONSTANT}: a constant of an enumeration that one of the block's elements has.
 * </ul>
 *
 * <h2>Values</h2>
 *
 * <ul>
 *   <li>Whole numbers are Java's {@code int}; a result beyond it is an error. Whole by whole
 *       truncates, as in Java; division by zero is an error.
 *   <li>A number with a point or an exponent is a decimal, Java's {@code double}, and one decimal
 *       makes the result a decimal. A decimal where a whole number is wanted is an error; {@code
 *       floor}, {@code ceil} and {@code round} (half up) make whole numbers of decimals.
 *   <li>Arrays ({@code {1, 7}}, or an element of an array type) are handed on whole; arithmetic
 *       works on each side, {@code padding = kernel / 2}, and a single number on both; {@code
 *       kernel[0]} picks a side. {@code ==} is true if all sides are equal, a single number being
 *       equal to an array all of whose sides it equals.
 *   <li>Comparisons take numbers, {@code &&}, {@code ||} and {@code !} truth values, of which the
 *       second is computed only if the first does not decide; so are the two of {@code ?:}.
 *   <li>Enumerations and classes are handed on whole, and compared by {@code ==} and {@code !=}.
 * </ul>
 *
 * <p>A member set by value and by this annotation is an error, and so is one set twice.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface With {
  /** The members and what they are. */
  String value();
}
