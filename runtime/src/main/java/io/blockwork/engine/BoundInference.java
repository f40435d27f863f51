package io.blockwork.engine;

import org.nd4j.linalg.api.ndarray.INDArray;

/** An inference pass with its memory, for one batch size. Used by one thread at a time. */
public interface BoundInference extends AutoCloseable {
  /**
   * Runs the pass.
   *
   * @param images {@code [N, C, H, W]}, of the batch size and data type that the pass was bound for
   * @param output receives the result: {@code [N, classes]}, or {@code [N, C, H, W]} for a network
   *     without a head
   */
  void run(INDArray images, INDArray output);

  /** Gives the memory back. */
  @Override
  void close();
}
