package io.blockwork.quantization;

import io.blockwork.Network;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Quantization;
import io.blockwork.io.SafeText;
import io.blockwork.train.Evaluation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What 8-bit integers cost a network in accuracy.
 *
 * @param floats the network in single precision
 * @param bfloat16 in bfloat16, where the processor computes in it
 * @param bytes in 8-bit integers
 * @param agreement the part of the images, 0 to 1, that integers and single precision put into the
 *     same class
 * @param floatLayers layers that stay in single precision, and why
 * @param errors of the layers, the worst first
 */
public record QuantizationReport(
    Evaluation floats,
    Optional<Evaluation> bfloat16,
    Evaluation bytes,
    double agreement,
    Map<String, String> floatLayers,
    List<LayerError> errors) {
  private static final int WORST = 5;

  /** Copies the collections. */
  public QuantizationReport {
    Objects.requireNonNull(floats, "floats");
    Objects.requireNonNull(bfloat16, "bfloat16");
    Objects.requireNonNull(bytes, "bytes");
    Objects.requireNonNull(floatLayers, "floatLayers");
    Objects.requireNonNull(errors, "errors");
    floatLayers = Map.copyOf(floatLayers);
    errors = List.copyOf(errors);
  }

  /**
   * Evaluates a network in all precisions.
   *
   * @param quantizer of the network
   * @param quantization what {@link Calibrator#run} found out
   * @param loader of images with labels, not those of the calibration
   */
  public static <N extends Network> QuantizationReport of(
      Quantizer<N> quantizer, Quantization quantization, DataLoader loader) {
    Objects.requireNonNull(quantization, "quantization");
    Objects.requireNonNull(loader, "loader");
    Evaluation floats = Evaluation.of(quantizer.network(), loader);
    Optional<Evaluation> bfloat16 = bfloat16(quantizer, loader);
    try (N bytes = quantizer.quantized(quantization)) {
      return new QuantizationReport(
          floats,
          bfloat16,
          Evaluation.of(bytes, loader),
          agreement(quantizer.network(), bytes, loader),
          bytes.floatLayers(),
          quantizer.layerErrors(quantization, Quantizer.firstImages(loader)));
    }
  }

  private static <N extends Network> Optional<Evaluation> bfloat16(
      Quantizer<N> quantizer, DataLoader loader) {
    EngineOptions options = quantizer.options().precision(Precision.BFLOAT16);
    try (N network = quantizer.like(options)) {
      return Optional.of(Evaluation.of(network, loader));
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private static double agreement(Network floats, Network bytes, DataLoader loader) {
    long same = 0;
    long all = 0;
    try (Epoch epoch = loader.epoch(1)) {
      for (Batch batch : epoch) {
        INDArray a = floats.forward(batch.images()).argMax(1);
        INDArray b = bytes.forward(batch.images()).argMax(1);
        for (int i = 0; i < batch.size(); i++) {
          same += a.getLong(i) == b.getLong(i) ? 1 : 0;
        }
        all += batch.size();
      }
    }
    return all == 0 ? 0 : (double) same / all;
  }

  /** A table for people to read. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    line(text, "float32", floats);
    bfloat16.ifPresent(e -> line(text, "bfloat16", e));
    line(text, "int8", bytes);
    text.append(
        SafeText.format(
            "int8 and float32 agree on %.2f %% of %d images%n",
            100 * agreement, bytes.metrics().images()));
    errors.stream()
        .limit(WORST)
        .forEach(
            e ->
                text.append(
                    SafeText.format(
                        "%-40s changes the output by %.2f %%%n", e.layer(), 100 * e.error())));
    floatLayers.forEach(
        (layer, why) -> text.append(SafeText.format("%-40s stays in float32: %s%n", layer, why)));
    return text.toString();
  }

  private static void line(StringBuilder text, String precision, Evaluation evaluation) {
    text.append(
        SafeText.format(
            "%-9s top-1 %6.2f %%  loss %.4f%n",
            precision, 100 * evaluation.metrics().top1(), evaluation.metrics().loss()));
  }
}
