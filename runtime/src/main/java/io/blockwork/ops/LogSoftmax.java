package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * {@code x - log(sum(exp(x)))} over the channels of each place, as {@code torch.nn.LogSoftmax(1)}.
 * The shape stays. A classifier needs none: its losses work on logits.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface LogSoftmax {}
