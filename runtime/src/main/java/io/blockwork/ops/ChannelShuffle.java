package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Interleaves groups of channels (Zhang et al. 2018), as {@code torch.nn.ChannelShuffle}: channel
 * {@code g * n + i} becomes {@code i * groups + g}, where {@code n = C / groups}. The shape stays.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface ChannelShuffle {
  /** Groups that the channels are cut into. */
  int groups() default Block.REQUIRED;
}
