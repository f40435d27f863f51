package io.blockwork.engine;

import io.blockwork.Gradients;
import io.blockwork.Parameters;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs generated networks. An engine holds no state of any network and may be shared by all. */
public interface Engine {
  /**
   * A short name for messages and for the system property {@code blockwork.engine}: {@code nd4j} or
   * {@code onednn}.
   */
  String name();

  /**
   * Binds an inference pass.
   *
   * @param parameters the network's parameters; a bound pass sees later changes to them
   * @param batch images at a time, at least 1
   * @param network makes the generated class; an engine may call it several times, to run parts of
   *     a batch side by side
   */
  BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network);

  /**
   * Binds a training pass.
   *
   * @param parameters the network's parameters
   * @param gradients where the backward pass leaves the parameters' gradients
   * @param batch images at a time, at least 1
   * @param settings what to compute
   * @param network makes the generated class
   */
  BoundTraining bindTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network);

  /**
   * Measures every kernel of an inference pass.
   *
   * @param parameters the network's parameters
   * @param images {@code [N, C, H, W]}, run as one batch on all threads
   * @param network makes the generated class
   * @return a table for people to read
   * @throws UnsupportedOperationException if the engine cannot tell its kernels' times
   */
  default String profile(
      Parameters parameters, INDArray images, Function<InferenceBinder, ForwardPass> network) {
    throw new UnsupportedOperationException(
        "the engine " + name() + " does not measure its kernels; onednn does");
  }
}
