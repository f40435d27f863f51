package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The product of two maps of one shape, element by element; or of a map and one factor a channel,
 * {@code C x H x W} times {@code C x 1 x 1}, the gate of squeeze-and-excitation (Hu et al. 2017).
 * The shape is the first input's.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Multiply {}
