package io.blockwork;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The nodes of a {@link Block} in the order in which they are written, which class files do not
 * keep. The processor writes it to a class beside each block; nobody else needs it.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface NodeOrder {
  /** The names of all nodes, those of a group after it and with its name and a dot before theirs. */
  String[] value();

  /** The first sentence of the block's documentation; empty if there is none. */
  String summary() default "";
}
