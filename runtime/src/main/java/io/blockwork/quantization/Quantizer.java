package io.blockwork.quantization;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Quantization;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.Evaluation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Makes networks that predict in 8-bit integers, and finds out which of their layers lose most.
 *
 * @param <N> the annotated interface
 */
public final class Quantizer<N extends Network> {
  private final Class<N> type;
  private final N network;
  private final EngineOptions options;

  private Quantizer(Class<N> type, N network, EngineOptions options) {
    this.type = type;
    this.network = network;
    this.options = options;
  }

  /**
   * For a network in single precision, which stays as it is.
   *
   * @param type the annotated interface
   * @param network whose weights are taken
   */
  public static <N extends Network> Quantizer<N> of(Class<N> type, N network) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(network, "network");
    return new Quantizer<>(type, network, EngineOptions.defaults());
  }

  /** The same for another engine, or with other settings of it. */
  public Quantizer<N> engine(EngineOptions other) {
    Objects.requireNonNull(other, "other");
    return new Quantizer<>(type, network, other);
  }

  /**
   * A network of the same weights that predicts in 8-bit integers, where the engine has kernels for
   * them; see {@link Network#floatLayers}.
   *
   * @param quantization what {@link Calibrator#run} found out
   */
  public N quantized(Quantization quantization) {
    Objects.requireNonNull(quantization, "quantization");
    return like(options.quantization(quantization));
  }

  /**
   * The same with the ranges that the network has of its own ({@link Network#quantization}): those
   * of the 8-bit ONNX file that it was generated from, without calibration.
   *
   * @throws IllegalStateException if it has none
   */
  public N quantized() {
    return quantized(
        network
            .quantization()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        SafeText.format(
                            "%s has no ranges of its own, since it was not generated from an ONNX"
                                + " file in 8-bit integers; find them with Calibrator, and pass"
                                + " them to quantized",
                            network.architecture().name()))));
  }

  /** A network of the same weights on another engine. */
  N like(EngineOptions engine) {
    N made = Networks.create(type, NetworkOptions.defaults().engine(engine));
    try {
      copy(network.parameters(), made.parameters());
      return made;
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
  }

  private static void copy(Parameters from, Parameters to) {
    from.read(
        () -> {
          to.update(() -> from.names().forEach(name -> to.set(name, from.get(name))));
          return from;
        });
  }

  N network() {
    return network;
  }

  EngineOptions options() {
    return options;
  }

  /**
   * Computes each layer alone in 8-bit integers, all others in single precision. That binds as many
   * networks as there are layers: seconds for a ResNet-50.
   *
   * @param quantization what {@link Calibrator#run} found out
   * @param images {@code [N, C, H, W]}; a few are enough
   * @return the layers, the one that changes the network's output most first
   */
  public List<LayerError> layerErrors(Quantization quantization, INDArray images) {
    Objects.requireNonNull(images, "images");
    Set<String> layers = new LinkedHashSet<>(quantization.layers());
    INDArray exact = network.forward(images);
    try (N all = quantized(quantization)) {
      layers.removeAll(all.floatLayers().keySet());
    }
    List<LayerError> errors = new ArrayList<>();
    for (String layer : layers) {
      Set<String> others = new LinkedHashSet<>(quantization.layers());
      others.remove(layer);
      try (N one = quantized(quantization.keepFloat(others))) {
        errors.add(new LayerError(layer, difference(exact, one.forward(images))));
      }
    }
    errors.sort(Comparator.comparingDouble(LayerError::error).reversed());
    return errors;
  }

  private static double difference(INDArray exact, INDArray other) {
    double size = exact.norm2Number().doubleValue();
    double change = exact.sub(other).norm2Number().doubleValue();
    return size == 0 ? change : change / size;
  }

  /**
   * Keeps in single precision as many of the layers that lose most as it takes to stay within a
   * budget: none if that is enough, then one, two, four and so on.
   *
   * @param quantization what {@link Calibrator#run} found out
   * @param loader of images with labels, not those of the calibration
   * @param points of top-1 accuracy, out of 100, that may be lost
   * @return the quantisation with the layers that stay in single precision
   * @throws IllegalArgumentException if the budget is negative
   */
  public Quantization within(Quantization quantization, DataLoader loader, double points) {
    Objects.requireNonNull(quantization, "quantization");
    Objects.requireNonNull(loader, "loader");
    if (!(points >= 0)) {
      throw new IllegalArgumentException(
          SafeText.format("points: expected 0 or more of 100, got %s", points));
    }
    double least = accuracy(network, loader) - points;
    if (accuracyOf(quantization, loader) >= least) {
      return quantization;
    }
    List<String> worst =
        layerErrors(quantization, firstImages(loader)).stream().map(LayerError::layer).toList();
    for (int count = 1; count < worst.size(); count *= 2) {
      Quantization kept = quantization.keepFloat(new LinkedHashSet<>(worst.subList(0, count)));
      if (accuracyOf(kept, loader) >= least) {
        return kept;
      }
    }
    return quantization.keepFloat(new LinkedHashSet<>(worst));
  }

  /** The first batch of the loader, as the caller's own. */
  static INDArray firstImages(DataLoader loader) {
    try (Epoch epoch = loader.epoch(1)) {
      return epoch.next().images().dup();
    }
  }

  private double accuracyOf(Quantization quantization, DataLoader loader) {
    try (N made = quantized(quantization)) {
      return accuracy(made, loader);
    }
  }

  private static double accuracy(Network network, DataLoader loader) {
    return 100 * Evaluation.of(network, loader).metrics().top1();
  }
}
