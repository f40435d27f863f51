package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates one dense block by itself, without stem and head, for the annotated interface, which
 * must extend {@link Network}. Its parameters are named as in torchvision's {@code _DenseBlock}:
 * {@code denselayer1.norm1.weight}.
 *
 * <pre>{@code
 * @DenseBlock(channels = 64, growth = 32, layers = 6, input = @Input(channels = 64, height = 256, width = 256))
 * public interface Dense extends Network {} // 64 x 256 x 256 -> 256 x 256 x 256
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface DenseBlock {
  /** Channels that come in; {@link #input} must have as many. */
  int channels();

  /** Channels that each layer adds. */
  int growth();

  /** Number of dense layers. */
  int layers();

  /**
   * The 1x1 convolution of a dense layer has {@code bnSize * growth} channels; 0: no 1x1
   * convolution.
   */
  int bnSize() default 4;

  /** The part of each dense layer's output that training drops, in [0, 1). */
  double dropout() default 0;

  /** Recomputes batch norms and ReLUs in the backward pass instead of keeping their outputs. */
  boolean memoryEfficient() default false;

  /** The size of one input. */
  Input input();
}
