package io.blockwork.loss;

import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A differentiable measure of how wrong a network's output is. */
@FunctionalInterface
public interface Loss {
  /**
   * Computes the loss and its gradient.
   *
   * @param output the network's output
   * @param outputGradient same shape; receives the gradient of the loss with respect to the output
   * @return the loss
   * @throws IllegalArgumentException if the targets do not fit the output
   */
  double evaluate(INDArray output, INDArray outputGradient);

  /**
   * Checks the targets before the pass runs, so that a mistake in them leaves the network as it
   * was.
   *
   * @param outputShape shape of the output to come
   * @throws IllegalArgumentException if the targets do not fit it
   */
  default void check(long... outputShape) {}

  /**
   * For engines that compute the loss where they compute the output: the targets of softmax cross
   * entropy, if that is what this is.
   *
   * @param outputShape shape of the output to come, which has been {@linkplain #check checked}
   * @return empty if it is another loss: its {@link #evaluate} is called
   */
  default Optional<SoftTargets> softTargets(long... outputShape) {
    Objects.requireNonNull(outputShape, "outputShape");
    return Optional.empty();
  }

  /**
   * Mean over the images of {@code -log(softmax(output)[label])}, with natural logarithms.
   *
   * @param labels the class of each image, from 0
   */
  static Loss softmaxCrossEntropy(int... labels) {
    return new SoftmaxCrossEntropy(
        Targets.ofClasses(labels), 0, SoftmaxCrossEntropy.ClassWeights.NONE);
  }

  /**
   * Mean over the images of the cross entropy of softmax against the labels.
   *
   * @param labels either class indices {@code [N]}, of any number type, or the probability of each
   *     class {@code [N, classes]}
   * @throws IllegalArgumentException if the array has another rank, or its values are NaN,
   *     infinite, negative or, where they are indices, fractions
   */
  static Loss softmaxCrossEntropy(INDArray labels) {
    return softmaxCrossEntropy(labels, 0);
  }

  /**
   * Mean over the images of the cross entropy of softmax against smoothed labels (Szegedy and
   * others, 2015): {@code (1 - smoothing) * label + smoothing / classes}, as torch's {@code
   * CrossEntropyLoss} does it.
   *
   * @param labels as {@link #softmaxCrossEntropy(INDArray)} takes them
   * @param smoothing 0 to 1; 0.1 is usual
   * @throws IllegalArgumentException if the smoothing is out of range or the labels are not valid
   */
  static Loss softmaxCrossEntropy(INDArray labels, double smoothing) {
    return softmaxCrossEntropy(labels, smoothing, new double[0]);
  }

  /**
   * The same with a weight for each class, as torch's {@code CrossEntropyLoss(weight)}: with class
   * indices, the mean is over the weights of the images' classes.
   *
   * @param labels as {@link #softmaxCrossEntropy(INDArray)} takes them
   * @param smoothing 0 to 1
   * @param classWeights one for each class, finite and at least 0; none: all weigh 1
   * @throws IllegalArgumentException if a number is out of range or the labels are not valid
   */
  static Loss softmaxCrossEntropy(INDArray labels, double smoothing, double... classWeights) {
    Objects.requireNonNull(classWeights, "classWeights");
    var weights = new SoftmaxCrossEntropy.ClassWeights(classWeights);
    return new SoftmaxCrossEntropy(Targets.of(labels), smoothing, weights);
  }

  /**
   * Mean over the images of the focal loss of softmax, {@code -(1 - p)^gamma * log(p)} (Lin and
   * others, 2017): what is known well weighs little.
   *
   * @param labels as {@link #softmaxCrossEntropy(INDArray)} takes them; of probabilities, the loss
   *     of each class weighs as much
   * @param gamma how much less the known weighs, at least 0; 2 is usual
   * @throws IllegalArgumentException if gamma is out of range or the labels are not valid
   */
  static Loss focal(INDArray labels, double gamma) {
    return new FocalLoss(Targets.of(labels), gamma);
  }

  /**
   * Mean over images and classes of the focal loss of each class by itself: torchvision's {@code
   * sigmoid_focal_loss}.
   *
   * @param labels class indices {@code [N]}, or what of each class is there, 0 to 1, {@code [N,
   *     classes]}
   * @param alpha weight of what is there, 0.25 is usual; negative: no such weights
   * @param gamma how much less the known weighs, at least 0; 2 is usual
   * @throws IllegalArgumentException if a number is out of range or the labels are not valid
   */
  static Loss sigmoidFocal(INDArray labels, double alpha, double gamma) {
    return new SigmoidFocalLoss(Targets.of(labels).requireProbabilities(), alpha, gamma);
  }

  /**
   * What another network says, beside the labels (Hinton, Vinyals and Dean, 2015): {@code (1 -
   * weight) * labels + weight * T^2 * KL(softmax(teacher / T), softmax(output / T))}.
   *
   * @param teacher the other network's output for the same images, {@code [N, classes]}
   * @param temperature T, positive: 1 to 10 is usual
   * @param weight of the other network, 0 to 1
   * @param labels the loss of the labels
   * @throws IllegalArgumentException if a number is out of range
   */
  static Loss distillation(INDArray teacher, double temperature, double weight, Loss labels) {
    Objects.requireNonNull(teacher, "teacher");
    Objects.requireNonNull(labels, "labels");
    return new Distillation(teacher, temperature, weight, labels);
  }

  /**
   * Mean over all elements of {@code (output - target)^2}.
   *
   * @param target same shape as the output
   */
  static Loss meanSquaredError(INDArray target) {
    Objects.requireNonNull(target, "target");
    return new ElementLoss(target, new ElementLoss.Squared());
  }

  /**
   * Mean over all elements of {@code |output - target|}, as torch's {@code L1Loss}.
   *
   * @param target same shape as the output
   */
  static Loss meanAbsoluteError(INDArray target) {
    Objects.requireNonNull(target, "target");
    return new ElementLoss(target, new ElementLoss.Absolute());
  }

  /**
   * Mean over all elements of Huber's loss (1964), as torch's {@code HuberLoss}: half the square of
   * small differences, and {@code delta (|d| - delta / 2)} of those above delta, so that outliers
   * pull less. Divided by delta it is torch's {@code SmoothL1Loss}.
   *
   * @param target same shape as the output
   * @param delta positive; 1 is usual
   * @throws IllegalArgumentException if delta is out of range
   */
  static Loss huber(INDArray target, double delta) {
    Objects.requireNonNull(target, "target");
    return new ElementLoss(target, new ElementLoss.Huber(delta));
  }
}
