package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates a densely connected network for the annotated interface, which must extend {@link
 * ImageClassifier}.
 *
 * <pre>{@code
 * @DenseNet(growth = 32, blocks = {6, 12, 24, 16})
 * public interface DenseNet121 extends ImageClassifier {}
 * }</pre>
 *
 * <p>The generated class is named after the interface: {@code DenseNet121Network}. Parameter names,
 * their order and shapes are those of torchvision's {@code state_dict}. New networks start as
 * torchvision's too: convolutions normal with a variance of {@code 2 / fan-in}, the classifier
 * uniform within {@code 1 / sqrt(in)}, its biases zero.
 *
 * @see <a href="https://arxiv.org/abs/1608.06993">Densely Connected Convolutional Networks</a>
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface DenseNet {
  /** Channels that each dense layer adds. */
  int growth();

  /** Dense layers in each of the 1 to 8 dense blocks. */
  int[] blocks();

  /**
   * The 1x1 convolution of a dense layer has {@code bnSize * growth} channels; 0: no 1x1
   * convolution.
   */
  int bnSize() default 4;

  /** The part of the channels that a transition keeps, in (0, 1], rounded down. */
  double compression() default 0.5;

  /** Channels of the stem; 0: twice the growth. */
  int stemChannels() default 0;

  /**
   * The layers before the first dense block. {@link Stem#CIFAR} has no batch norm here, as in the
   * paper's code.
   */
  Stem stem() default Stem.IMAGENET;

  /** The part of each dense layer's output that training drops, in [0, 1). */
  double dropout() default 0;

  /**
   * Recomputes the dense layers' batch norms and ReLUs in the backward pass instead of keeping
   * their outputs.
   */
  boolean memoryEfficient() default false;

  /** The size of one image. */
  Input input() default @Input;

  /** Classes that the head tells apart. */
  int classes() default 1000;

  /**
   * Published weights to check the architecture against, by name: torchvision's ({@link
   * io.blockwork.published.TorchvisionWeights}), for example {@code "DENSENET121_IMAGENET1K_V1"},
   * or those of a {@link Published} on the same interface. Empty: those, if there are any. The
   * build fails if they do not fit, up to the number of classes, and else the generated class has a
   * method {@code pretrained()} that downloads and loads them.
   */
  String weights() default "";
}
