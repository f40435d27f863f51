package io.blockwork.ops;

import io.blockwork.Block;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A fully connected layer, as {@code torch.nn.Linear}, {@code y = x * weight^T + bias}. {@code C x
 * 1 x 1} becomes {@code out x 1 x 1}; on a map, {@code C x H x W} becomes {@code out x H x W},
 * place by place ({@link Flatten} before it connects all places). Parameters: {@code weight [out,
 * C]} and, with {@link #bias}, {@code bias [out]}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Linear {
  /** Values that come out. */
  int out() default Block.REQUIRED;

  /** Whether a constant is added to each value. */
  boolean bias() default true;
}
