package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates one residual block by itself, without stem and head, for the annotated interface, which
 * must extend {@link Network}. Its parameters are named as in torchvision's {@code BasicBlock} and
 * {@code Bottleneck}: {@code conv1.weight}.
 *
 * <pre>{@code
 * @ResidualBlock(channels = 64, planes = 128, stride = 2, input = @Input(channels = 64, height = 56, width = 56))
 * public interface Downsampling extends Network {}
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface ResidualBlock {
  /** Channels that come in; {@link #input} must have as many. */
  int channels();

  /**
   * Planes of the block; 0: as many as keep the number of channels. A bottleneck puts out four
   * times as many channels.
   */
  int planes() default 0;

  /** Stride of the block. */
  int stride() default 1;

  /** False: two 3x3 convolutions. True: 1x1, 3x3 and 1x1. */
  boolean bottleneck() default false;

  /** Groups of the 3x3 convolution of a bottleneck. */
  int groups() default 1;

  /** A bottleneck's inner width is {@code planes * widthPerGroup / 64 * groups}. */
  int widthPerGroup() default 64;

  /** The shortcut where the block changes the shape. */
  Shortcut shortcut() default Shortcut.PROJECTION;

  /** The variant of the block. */
  ResNetVersion version() default ResNetVersion.V1_5;

  /** Reduction ratio of squeeze-and-excitation; 0: none. */
  int squeezeExcitation() default 0;

  /** Starts the scale of the last batch norm at zero. */
  boolean zeroInitResidual() default false;

  /** The probability that the branch is dropped in training, image by image, in [0, 1). */
  double stochasticDepth() default 0;

  /** The size of one input. */
  Input input();
}
