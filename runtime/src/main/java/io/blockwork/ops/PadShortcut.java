package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The shortcut without parameters of He et al. 2015 (option A): every {@code stride}-th pixel, and
 * channels of zeros, half of them before and the rest after. {@code C x H x W} becomes {@code out x
 * ceil(H / stride) x ceil(W / stride)}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface PadShortcut {
  /** Channels that come out, at least as many as come in. */
  int out() default Block.REQUIRED;

  /** Takes every {@code stride}-th pixel. */
  int stride() default 1;
}
