package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A node that tells the classes apart: its parameters may be others than those of published weights
 * ({@link Published}), and keep their initial values then, as fine-tuning wants it. Auxiliary
 * outputs have heads, too.
 *
 * <p>Where no node is marked, the heads of a classifier are the last convolution or linear layer
 * before each output, with what follows it. {@link Architecture#heads} names them.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Head {}
