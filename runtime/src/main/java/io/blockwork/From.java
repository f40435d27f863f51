package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a node reads: nodes of the same body that are written above it, in the order of the
 * operation's inputs. {@code Input.class} is the input of the body: of the block, the group or the
 * network.
 *
 * <pre>{@code
 * @Sum @From({conv2.class, Input.class}) interface sum {}
 * }</pre>
 *
 * <p>Without it a node reads the node written above it, and the first one the input.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface From {
  /** The nodes that are read. */
  Class<?>[] value();
}
