package io.blockwork.engine;

import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs generated networks. An engine holds no state of any network and may be shared by all. */
public interface Engine {
  /** That of its {@link EngineProvider}: {@code nd4j} or {@code onednn}. */
  String name();

  /**
   * Binds an inference pass.
   *
   * @param parameters the network's parameters; a bound pass sees later changes to them
   * @param batch images at a time, at least 1
   * @param network makes the generated class; an engine may call it several times, and on several
   *     threads at once, to run parts of a batch side by side
   */
  BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network);

  /**
   * Begins to bind an inference pass part by part, as {@link #bindInference} binds it at once.
   *
   * @param parameters the network's parameters
   * @param batch images at a time, at least 1
   * @param network makes the generated class
   * @return empty if the engine binds as a whole only; an engine answers alike for all sizes
   */
  default Optional<StepwiseBinding> beginInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    return Optional.empty();
  }

  /**
   * The most images that an inference pass is bound for: a network runs larger batches in parts, so
   * that memory stays bounded.
   */
  default int largestBatch() {
    return 64;
  }

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
   * Binds an optimizer whose steps the engine makes itself, if it keeps the parameters where the
   * host would have to fetch them from.
   *
   * @param parameters the network's parameters, which are stepped
   * @param gradients of them
   * @param rule the arithmetic of a step
   * @param state {@code [1, arrays * count]}: what the rule remembers, which the optimizer owns
   * @return empty if steps are to be made on the host
   */
  default Optional<BoundOptimizer> bindOptimizer(
      Parameters parameters, Gradients gradients, UpdateRule rule, INDArray state) {
    return Optional.empty();
  }

  /**
   * Binds a moving average that the engine keeps itself, if it keeps the parameters where the host
   * would have to fetch them from.
   *
   * @param parameters the network's parameters, which are averaged
   * @param averages for each entry an array of its shape and type, in order 'c', which the caller
   *     owns
   * @return empty if averages are to be moved on the host
   */
  default Optional<BoundAverage> bindAverage(
      Parameters parameters, Map<String, INDArray> averages) {
    return Optional.empty();
  }

  /** Whether {@link #firstNonFinite} works: whether what each layer has written can be read. */
  default boolean inspectsLayers() {
    return false;
  }

  /**
   * Runs the forward pass of training on copies of the parameters, and looks at what each layer
   * writes. As all engines compute the same, they lose the numbers in the same place.
   *
   * @param parameters the network's; they are left as they are
   * @param images {@code [N, C, H, W]}
   * @param settings those of the training
   * @param network makes the generated class
   * @return the path of the first layer in forward order whose output holds a NaN or an infinity
   * @throws UnsupportedOperationException unless {@link #inspectsLayers}
   */
  default Optional<String> firstNonFinite(
      Parameters parameters,
      INDArray images,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    throw new UnsupportedOperationException(
        "the engine " + name() + " cannot inspect single layers; nd4j can");
  }

  /**
   * Computes what inference does on copies of the parameters, and how a score depends on what one
   * layer gives.
   *
   * @param parameters the network's; they are left as they are
   * @param images {@code [N, C, H, W]}
   * @param outputGradient of the score with respect to the network's main output
   * @param layer path of a layer; of those below it, the last one counts
   * @param network makes the generated class
   * @throws IllegalArgumentException if no layer is at the path or below it
   * @throws UnsupportedOperationException unless {@link #inspectsLayers}
   */
  default LayerGradient layerGradient(
      Parameters parameters,
      INDArray images,
      INDArray outputGradient,
      String layer,
      Function<TrainingBinder, TrainingPass> network) {
    throw new UnsupportedOperationException(
        "the engine " + name() + " cannot inspect single layers; nd4j can");
  }

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

  /** Whether the engine computes inference in 8-bit integers where its options ask for it. */
  default boolean quantizes() {
    return false;
  }

  /**
   * Runs an inference pass in single precision and shows what each layer writes.
   *
   * @param parameters the network's parameters
   * @param images {@code [N, C, H, W]}, run as one batch
   * @param network makes the generated class
   * @param observer sees the images, and each layer's output after it has run
   * @throws UnsupportedOperationException if the engine does not compute in integers
   */
  default void observe(
      Parameters parameters,
      INDArray images,
      Function<InferenceBinder, ForwardPass> network,
      ActivationObserver observer) {
    throw new UnsupportedOperationException(
        "the engine " + name() + " does not quantise networks; onednn does");
  }

  /**
   * The layers of an inference pass that are computed in single precision although the engine's
   * options ask for 8-bit integers.
   *
   * @param parameters the network's parameters
   * @param network makes the generated class
   * @return the reasons by the layers' module names, in the order of the layers; empty if the
   *     options do not ask for integers
   */
  default Map<String, String> floatLayers(
      Parameters parameters, Function<InferenceBinder, ForwardPass> network) {
    return Map.of();
  }

  /**
   * Makes inference on batches of one size give the same bits in every process from now on: what
   * the engine would choose by measuring, now this way and now that, is fixed. Plans that are bound
   * already stay as they are. Does nothing if the engine chooses nothing by measuring.
   *
   * @param parameters the network's parameters
   * @param batch images at a time, at least 1
   */
  default void makeRepeatable(Parameters parameters, int batch) {}
}
