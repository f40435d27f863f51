package io.blockwork.engine;

import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A training pass with its memory, for one batch size. Used by one thread at a time. */
public interface BoundTraining extends AutoCloseable {
  /**
   * Runs the network in training mode and updates the running statistics.
   *
   * @param images {@code [N, C, H, W]}
   * @param outputs receive the results, in the order of {@link TrainingPass#outputs}
   * @throws IllegalArgumentException if the pass has another number of results
   */
  void forward(INDArray images, List<INDArray> outputs);

  /** {@link #forward(INDArray, List)} of a pass that has one result. */
  default void forward(INDArray images, INDArray output) {
    forward(images, List.of(output));
  }

  /**
   * Computes the gradients of the parameters, after one {@link #forward(INDArray, List)}.
   *
   * @param outputGradients gradients of what is minimised with respect to each of the results, in
   *     their order; same shapes
   * @throws IllegalArgumentException if the pass has another number of results
   */
  void backward(List<INDArray> outputGradients);

  /** {@link #backward(List)} of a pass that has one result. */
  default void backward(INDArray outputGradient) {
    backward(List.of(outputGradient));
  }

  /**
   * Runs the network forward and backward, with the losses between, and steps: all of it where the
   * engine keeps the parameters. Engines that {@linkplain Engine#bindOptimizer bind optimizers} can
   * do so.
   *
   * @param images {@code [N, C, H, W]}
   * @param outputs receive the results, in the order of {@link TrainingPass#outputs}
   * @param losses of the results, in their order; empty: the result is left alone
   * @param optimizer that the same engine has bound for the same parameters
   * @param step what it is to do, should the losses and gradients be finite
   */
  default WholeStep step(
      INDArray images,
      List<INDArray> outputs,
      List<Optional<CrossEntropy>> losses,
      BoundOptimizer optimizer,
      OptimizerStep step) {
    throw new UnsupportedOperationException("the engine leaves losses and steps to the host");
  }

  /**
   * Reads the gradient of the images that the last {@link #backward(List)} computed.
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
