package io.blockwork;

import io.blockwork.engine.ActivationObserver;
import io.blockwork.engine.BoundAverage;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.Engine;
import io.blockwork.engine.LayerGradient;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.UpdateRule;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import io.blockwork.published.PretrainedWeights;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network that was compiled from an annotated interface. {@link Networks#create(Class)} makes
 * one.
 *
 * <p>Images are {@code [N, C, H, W]} with any N of at least 1, in the data type that the network
 * was created with, and of one of the sizes that it was compiled for ({@link #inputs}); values that
 * are not ND4J's are always of the first one. All methods may be called from many threads. Those of
 * {@link #forward} run side by side, and each sees the weights of one moment: whatever changes
 * weights or running statistics (a training pass, an optimiser's step, {@link Parameters#set} and
 * {@link Parameters#load}) waits for them to end and keeps new ones waiting.
 *
 * <p>New arrays are made as ND4J's own operations make them: in the workspace that the calling
 * thread has open, if any. What the network keeps for itself never lies in a workspace.
 *
 * <p>Every method but {@link #close} and {@link #architecture} throws {@link IllegalStateException}
 * once the network is closed.
 */
public interface Network extends AutoCloseable {
  /**
   * Runs inference: batch norms use their running statistics and nothing is dropped.
   *
   * <p>Weights and images must be finite: kernels are free to make a zero of a NaN, and then give
   * results that look like any other.
   *
   * @param images {@code [N, C, H, W]}
   * @return a new array, {@code [N, classes]}, or {@code [N, C, H, W]} for a network without a head
   * @throws io.blockwork.memory.ShapeMismatchException if the shape is not the one the network was
   *     compiled for
   * @throws IllegalArgumentException if the data type is another, there are no images, or one of
   *     them holds a NaN or an infinity
   * @throws IllegalStateException if a weight or a running statistic is NaN or infinite
   */
  INDArray forward(INDArray images);

  /**
   * Runs inference like {@link #forward(INDArray)}, but into an array of the caller, so that
   * serving makes next to no garbage: none of ND4J's, for contiguous images of up to 64 at a time.
   *
   * @param images {@code [N, C, H, W]}
   * @param output overwritten with the result: {@code [N, classes]}, or {@code [N, C, H, W]} for a
   *     network without a head, of the network's data type; fastest if it is contiguous, in C
   *     order. It must share no memory with the images. After an exception its values are undefined
   * @throws io.blockwork.memory.ShapeMismatchException if the shape of the images is not the one
   *     the network was compiled for, or that of the output is not the result's
   * @throws IllegalArgumentException if a data type is another or there are no images
   */
  void forward(INDArray images, INDArray output);

  /**
   * Runs inference like {@link #forward(INDArray)} on values that are not ND4J arrays. On oneDNN it
   * does not start ND4J either, which takes longer than everything else up to a first prediction.
   *
   * @param images {@code [N, C, H, W]} in row-major order, scaled and normalised as in training: N
   *     follows from the length
   * @return {@code [N, classes]}, or {@code [N, C, H, W]} for a network without a head, likewise
   * @throws io.blockwork.memory.ShapeMismatchException if the length is not that of one or more
   *     images
   */
  float[] forward(float[] images);

  /**
   * Runs one training pass without a step: forward in training mode, the loss, and backward. Fills
   * {@link #gradients} and moves the running statistics as torch does.
   *
   * <p>A network with auxiliary outputs minimises the sum of their losses too: see {@link
   * Architecture#losses}.
   *
   * @param images {@code [N, C, H, W]}
   * @param loss what to minimise
   * @throws io.blockwork.memory.ShapeMismatchException if a shape is not the expected one
   * @throws IllegalArgumentException if the data type is another, there are no images, or the
   *     labels are not valid
   */
  default TrainingResult train(INDArray images, Loss loss) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(loss, "loss");
    return train(images, architecture().losses(loss));
  }

  /**
   * Runs one training pass as {@link #train(INDArray, Loss)}, with a loss for each output.
   *
   * @param images {@code [N, C, H, W]}
   * @param losses what to minimise the sum of; an auxiliary output that it does not name has no say
   *     in the gradients
   * @throws io.blockwork.memory.ShapeMismatchException if a shape is not the expected one
   * @throws IllegalArgumentException if the data type is another, there are no images, the labels
   *     are not valid, or there is a loss for an output that the network lacks
   */
  TrainingResult train(INDArray images, Losses losses);

  /** Like {@link #train(INDArray, Loss)}, and also computes the gradient of the images. */
  default TrainingResult trainWithInputGradient(INDArray images, Loss loss) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(loss, "loss");
    return trainWithInputGradient(images, architecture().losses(loss));
  }

  /** Like {@link #train(INDArray, Losses)}, and also computes the gradient of the images. */
  TrainingResult trainWithInputGradient(INDArray images, Losses losses);

  /**
   * Finds out where a training pass over these images leaves the numbers: the path of the first
   * layer, in forward order, whose output holds a NaN or an infinity; empty if there is none. The
   * pass runs on an engine that can be looked into, {@code nd4j}, with copies of the parameters, so
   * nothing changes; it is meant for after a failure, not for every step.
   *
   * @param images {@code [N, C, H, W]}
   * @throws io.blockwork.memory.ShapeMismatchException if the shape is not the one the network was
   *     compiled for
   * @throws IllegalArgumentException if the data type is another or there are no images
   */
  Optional<String> firstNonFinite(INDArray images);

  /**
   * How a score depends on what a layer inside the network gives in inference. It runs on an engine
   * that can be looked into, {@code nd4j}, with copies of the parameters, so nothing changes;
   * {@link Attribution} makes maps of it.
   *
   * @param images {@code [N, C, H, W]}
   * @param outputGradient of the score with respect to the output: of the score of one class, 1
   *     there and 0 elsewhere
   * @param layer path of a layer; of those below a path such as {@code layer4}, the last one counts
   * @throws io.blockwork.memory.ShapeMismatchException if a shape is not the expected one
   * @throws IllegalArgumentException if the data type is another, there are no images, or no such
   *     layer
   */
  default LayerGradient layerGradient(INDArray images, INDArray outputGradient, String layer) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(outputGradient, "outputGradient");
    Objects.requireNonNull(layer, "layer");
    throw new UnsupportedOperationException("the network cannot look into its layers");
  }

  /**
   * Why is this layer slow? Runs inference several times and measures every kernel: time, share of
   * the whole, GFLOP/s, the implementation that the engine chose, layout and bytes.
   *
   * @param images {@code [N, C, H, W]}, run as one batch on all threads
   * @return a table for people to read
   * @throws io.blockwork.memory.ShapeMismatchException if the shape is not the one the network was
   *     compiled for
   * @throws UnsupportedOperationException if the engine cannot tell its kernels' times
   */
  default String profile(INDArray images) {
    Objects.requireNonNull(images, "images");
    throw new UnsupportedOperationException("the network cannot measure its kernels");
  }

  /**
   * Runs inference, and that of each {@link Output} method, in single precision and shows what the
   * layers write: how {@link io.blockwork.quantization.Calibrator} finds the ranges of values.
   *
   * @param images {@code [N, C, H, W]}, run as one batch
   * @param observer sees the images, and each layer's output after it has run
   * @throws io.blockwork.memory.ShapeMismatchException if the shape is not the one the network was
   *     compiled for
   * @throws UnsupportedOperationException if the engine does not compute in integers
   */
  default void observe(INDArray images, ActivationObserver observer) {
    Objects.requireNonNull(images, "images");
    throw new UnsupportedOperationException("the network cannot look into its layers");
  }

  /**
   * The layers that inference computes in single precision although it was asked for 8-bit integers
   * ({@link io.blockwork.engine.EngineOptions#quantization}).
   *
   * @return the reasons by the layers' module names, in the order of the layers
   */
  default Map<String, String> floatLayers() {
    return Map.of();
  }

  /** The parameters and buffers, by their {@code state_dict} names. */
  Parameters parameters();

  /** The gradients that the last training pass left. */
  Gradients gradients();

  /**
   * For optimizers: one whose steps the engine makes itself, where it keeps the parameters.
   *
   * @param rule the arithmetic of a step
   * @param state {@code [1, arrays * count]}: what the rule remembers, which the optimizer owns
   * @return empty if the engine leaves steps to the host
   */
  default Optional<BoundOptimizer> bindOptimizer(UpdateRule rule, INDArray state) {
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(state, "state");
    return Optional.empty();
  }

  /**
   * For averages of weights: one that the engine keeps itself, where it keeps the parameters.
   *
   * @param averages for each entry of the parameters an array of its shape and type, in order 'c',
   *     which the caller owns
   * @throws IllegalArgumentException if one is missing or is none of these
   * @return empty if the engine leaves averages to the host
   */
  default Optional<BoundAverage> bindAverage(Map<String, INDArray> averages) {
    Objects.requireNonNull(averages, "averages");
    return Optional.empty();
  }

  /**
   * For optimizers: a training pass and the step after it as one, made where the engine keeps the
   * parameters, so that only images and targets go there, and only outputs and losses come back.
   *
   * @param images {@code [N, C, H, W]}
   * @param optimizer that {@link #bindOptimizer} has bound
   * @param step what it is to do, should the losses and gradients be finite
   * @return empty if the engine cannot compute one of the losses: nothing has been done
   * @throws IllegalArgumentException as {@link #train(INDArray, Losses)} does
   */
  default Optional<TrainingStep> trainAndStep(
      INDArray images, Losses losses, BoundOptimizer optimizer, OptimizerStep step) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(losses, "losses");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(step, "step");
    return Optional.empty();
  }

  /** What is known of the network at compile time, and after it was closed. */
  Architecture architecture();

  /**
   * The shapes of one image, {@code [C, H, W]}, that the network takes: that of {@link
   * #architecture} first, then those of {@link Input#sizes}.
   */
  default List<List<Integer>> inputs() {
    return List.of(architecture().input());
  }

  /**
   * This network for images of one height among {@link #inputs}: the same parameters, gradients,
   * frozen layers and engine, and an {@link #architecture}, summary and export of that size. It
   * takes images of no other size.
   *
   * <p>It is needed where there are no images to go by. Methods that take images as {@code
   * INDArray} go by their size by themselves, so that a training at 176 pixels and its validation
   * at 224 use one and the same network. Closing one closes the other.
   *
   * @param height of the images
   * @throws IllegalArgumentException if the network was not compiled for it
   */
  default Network at(int height) {
    if (architecture().input().get(1) == height) {
      return this;
    }
    throw new IllegalArgumentException(
        SafeText.format(
            "%s: there is no network for images of height %d, only for %s; name the height in"
                + " @Input(sizes = ...)",
            architecture().name(),
            height,
            inputs().stream().map(in -> in.get(1).toString()).collect(Collectors.joining(", "))));
  }

  /** The engine that runs the network. */
  Engine engine();

  /**
   * Freezes every layer whose path is one of the prefixes or below one of them: {@code layer1}
   * freezes {@code layer1.0.conv1}, but not {@code layer10}. Training computes no gradients for
   * frozen parameters (they are left zero), and frozen batch norms use their running statistics and
   * leave them alone. Replaces what was frozen before; no prefixes: nothing is frozen.
   *
   * @throws IllegalArgumentException if a prefix names no layer
   */
  void freeze(String... prefixes);

  /**
   * Freezes the layers of some nodes of a composed network ({@link Model}): {@code
   * net.freeze(Birds.Conv2d_1a_3x3.class)}. The nodes are those nested in the network's interface,
   * or in the block beside {@code @Model}; groups are nodes, and so is what stands in them.
   * Replaces what was frozen before.
   *
   * @throws IllegalArgumentException if one of them is no node of the network, or has no layers
   */
  default void freeze(Class<?> node, Class<?>... more) {
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(more, "more");
    throw new UnsupportedOperationException("the network does not know its nodes");
  }

  /**
   * The published weights that the network's annotation names: where their file is, and what
   * pictures they expect. A network that was created without them has them as well.
   */
  default Optional<PretrainedWeights> published() {
    return Optional.empty();
  }

  /**
   * Between which values the results of its layers lie, where the ONNX file that it was made from
   * is one in 8-bit integers: what its scales and zeros stand for. {@code Quantizer} makes a
   * network of them that predicts in integers.
   *
   * @return empty for any other network
   */
  default Optional<Quantization> quantization() {
    return Optional.empty();
  }

  /** The prefixes that {@link #freeze} was last called with. */
  List<String> frozen();

  /**
   * The table of layers, shapes, parameters and costs, {@link Architecture#table()}, and which
   * other sizes there are.
   */
  default String summary() {
    List<List<Integer>> further = inputs().subList(1, inputs().size());
    return further.isEmpty()
        ? architecture().table()
        : further.stream()
            .map(in -> in.get(0) + " x " + in.get(1) + " x " + in.get(2))
            .collect(
                Collectors.joining(", ", architecture().table() + "also for images of ", "\n"));
  }

  /**
   * Gives the memory of weights and bound plans back at once, after the calls that are running have
   * ended. Closing twice does nothing. What is never closed is freed some time after the network
   * was collected as garbage, and so are {@link #gradients}, of which callers may hold arrays.
   *
   * @throws IllegalStateException if it is called within {@link Parameters#read} or by a {@link
   *     Loss}
   */
  @Override
  void close();
}
