package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates a residual network for the annotated interface, which must extend {@link
 * ImageClassifier}.
 *
 * <pre>{@code
 * @ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)
 * public interface ResNet50 extends ImageClassifier {}
 * }</pre>
 *
 * <p>The generated class is named after the interface: {@code ResNet50Network}. Parameter names,
 * their order and shapes are those of torchvision's {@code state_dict}.
 *
 * @see <a href="https://arxiv.org/abs/1512.03385">Deep Residual Learning for Image Recognition</a>
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface ResNet {
  /**
   * Residual blocks in each of the 1 to 8 stages. Stage s (from 0) has {@code width * 2^s} planes,
   * and each stage but the first halves the resolution.
   */
  int[] blocks();

  /**
   * False: two 3x3 convolutions a block, as in ResNet-18 and -34. True: 1x1, 3x3 and 1x1, with four
   * times as many channels out as planes, as in ResNet-50 and deeper.
   */
  boolean bottleneck() default false;

  /** Planes of the first stage, and channels of the stem. */
  int width() default 64;

  /** Groups of the 3x3 convolutions: 32 in ResNeXt. */
  int groups() default 1;

  /**
   * Channels of each group in the first stage's 3x3 convolution, when {@link #width} is 64: a
   * bottleneck's inner width is {@code planes * widthPerGroup / 64 * groups}, as in torchvision.
   */
  int widthPerGroup() default 64;

  /** The layers before the first stage. */
  Stem stem() default Stem.IMAGENET;

  /** The shortcut where a block changes the shape. */
  Shortcut shortcut() default Shortcut.PROJECTION;

  /** The variant of the block. */
  ResNetVersion version() default ResNetVersion.V1_5;

  /**
   * Reduction ratio of squeeze-and-excitation at the end of each block (Hu et al. 2017); 0: none.
   */
  int squeezeExcitation() default 0;

  /**
   * Starts the scale of each block's last batch norm at zero, so that every block begins as the
   * identity.
   */
  boolean zeroInitResidual() default false;

  /**
   * The probability that the last block's branch is dropped in training, image by image, in [0, 1);
   * block l of L is dropped with l / L of it (Huang et al. 2016, linear decay). 0: none.
   */
  double stochasticDepth() default 0;

  /**
   * The first stage, counted from 1, whose stride gives way to dilation (torchvision's {@code
   * replace_stride_with_dilation}); 0: none. 2 is the earliest, since the first stage has no
   * stride.
   */
  int dilateFrom() default 0;

  /** The size of one image. */
  Input input() default @Input;

  /** Classes that the head tells apart. */
  int classes() default 1000;

  /**
   * Published weights to check the architecture against, by name: torchvision's ({@link
   * io.blockwork.published.TorchvisionWeights}), for example {@code "RESNET50_IMAGENET1K_V2"}, or
   * those of a {@link Published} on the same interface. Empty: those, if there are any. The build
   * fails if they do not fit, up to the number of classes, and else the generated class has a
   * method {@code pretrained()} that downloads and loads them.
   */
  String weights() default "";
}
