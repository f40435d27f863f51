package io.blockwork;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The nodes of some {@link Block}s in the order in which they are written, which class files do not
 * keep. The processor writes it to a class {@code XNodes} beside each class X that holds blocks;
 * nobody else needs it.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface NodeOrder {
  /** The blocks of the class. */
  Of[] value();

  /** The nodes of one block. */
  @Target({})
  @interface Of {
    /** The block's name, after those of the classes around it: {@code GoogLeNet.Inception}. */
    String block();

    /** The first sentence of its documentation; empty if there is none. */
    String summary() default "";

    /** The names of its nodes; those within a group follow it, with its name before theirs. */
    String[] nodes() default {};
  }
}
