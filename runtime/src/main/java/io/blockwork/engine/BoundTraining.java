package io.blockwork.engine;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A training pass with its memory, for one batch size. Used by one thread at a time. */
public interface BoundTraining extends AutoCloseable {
  /**
   * Runs the network in training mode and updates the running statistics.
   *
   * @param images {@code [N, C, H, W]}
   * @param output receives the result
   */
  void forward(INDArray images, INDArray output);

  /**
   * Computes the gradients of the parameters, after one {@link #forward}.
   *
   * @param outputGradient gradient of the loss with respect to the output; same shape
   */
  void backward(INDArray outputGradient);

  /**
   * Reads the gradient of the images that the last {@link #backward} computed.
   *
   * @param gradient receives it: {@code [N, C, H, W]}
   * @throws IllegalStateException if the pass was bound without {@link
   *     TrainingSettings#inputGradient}
   */
  void inputGradient(INDArray gradient);

  /** Gives the memory back. */
  @Override
  void close();
}
