package io.blockwork.loss;

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
   * Mean over the images of {@code -log(softmax(output)[label])}, with natural logarithms.
   *
   * @param labels the class of each image, from 0
   */
  static Loss softmaxCrossEntropy(int... labels) {
    return SoftmaxCrossEntropy.ofClasses(labels);
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
    return SoftmaxCrossEntropy.of(labels);
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
    return SoftmaxCrossEntropy.of(labels).smoothed(smoothing);
  }

  /**
   * Mean over all elements of {@code (output - target)^2}.
   *
   * @param target same shape as the output
   */
  static Loss meanSquaredError(INDArray target) {
    return new MeanSquaredError(target);
  }
}
