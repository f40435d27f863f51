package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The nodes of this body are called 0, 1, 2 and so on, as in torch's {@code nn.Sequential},
 * whatever their names in Java. Every node takes a number, a repeated one as many as it repeats;
 * {@link Path} replaces the number, which still counts; what {@link If} leaves out takes none.
 *
 * <p>Stands on a network's interface, a block, or a node that holds nodes.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Sequential {}
