package io.blockwork.engine;

import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.nio.FloatBuffer;
import java.util.List;
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

  /**
   * Runs a pass that has several results.
   *
   * @param images {@code [N, C, H, W]}, of the batch size and data type that the pass was bound for
   * @param outputs receive the results, in the order of {@link ForwardPass#outputs}
   * @throws UnsupportedOperationException if there are several and the engine gives only one
   */
  default void run(INDArray images, List<INDArray> outputs) {
    if (outputs.size() != 1) {
      throw new UnsupportedOperationException(
          SafeText.format(
              "%s returns a single result, not %d: request each one separately, or use Nd4jEngine",
              getClass().getSimpleName(), outputs.size()));
    }
    run(images, outputs.get(0));
  }

  /**
   * Runs a pass that has one result, on values that are not ND4J arrays.
   *
   * @param images from the buffer's position to its limit, row-major {@code [N, C, H, W]} of the
   *     batch size that the pass was bound for
   * @param output receives the result, row-major, in what remains of the buffer
   * @throws ShapeMismatchException if a buffer has more or fewer values
   * @throws IllegalArgumentException if the pass has several results
   */
  void run(FloatBuffer images, FloatBuffer output);

  /** Gives the memory back. */
  @Override
  void close();
}
