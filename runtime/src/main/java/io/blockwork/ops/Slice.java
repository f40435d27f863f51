package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A range of the channels, {@code x[:, start:end]}: {@code C x H x W} becomes {@code (end - start)
 * x H x W}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Slice {
  /** The first channel, from 0. */
  int start() default 0;

  /** The channel after the last. */
  int end() default Block.REQUIRED;
}
