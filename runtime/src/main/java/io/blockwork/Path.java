package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name of a node's module where it cannot be the name of an interface:
 * {@code @Path("downsample.0")}. Expressions as in {@link With} may stand in braces:
 * {@code @Path("block1-{index}")} gives each repetition its name.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Path {
  /** The name: parts of letters, digits, {@code _} and {@code -}, with dots between. */
  String value();
}
