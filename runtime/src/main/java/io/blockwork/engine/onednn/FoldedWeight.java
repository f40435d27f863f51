package io.blockwork.engine.onednn;

import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a convolution's weight for inference: {@code factor * norm(conv(x) + bias)} as
 * another convolution with a bias.
 *
 * @param path the convolution's module name
 * @param bias whether it has a bias of its own
 * @param norm the batch norm folded in
 * @param eps that norm's epsilon
 * @param factor what all is multiplied by
 */
record FoldedWeight(String path, boolean bias, Optional<String> norm, double eps, double factor) {

  /** Every component: a record's own hash costs a process milliseconds before its first use. */
  List<Object> key() {
    return List.of(path, bias, norm, eps, factor);
  }

  /** A weight as it is. */
  static FoldedWeight plain(String path, boolean bias) {
    return new FoldedWeight(path, bias, Optional.empty(), 0, 1);
  }

  /** The layers whose parameters it is made of. */
  List<String> layers() {
    return norm.map(n -> List.of(path, n)).orElse(List.of(path));
  }

  /** Whether the weight's values change. */
  boolean isScaled() {
    return norm.isPresent() || factor != 1;
  }

  /**
   * Works out what each output channel is multiplied by, and what is then added.
   *
   * @param scale receives the factors
   * @param shift receives the bias
   */
  void fill(Parameters parameters, FloatBuffer scale, FloatBuffer shift) {
    for (int c = 0; c < scale.capacity(); c++) {
      scale.put(c, (float) factor);
      shift.put(c, 0);
    }
    if (bias) {
      FloatBuffer values = parameters.values(path + ".bias").floats();
      for (int c = 0; c < scale.capacity(); c++) {
        shift.put(c, (float) (values.get(c) * factor));
      }
    }
    norm.ifPresent(name -> fold(parameters, name, scale, shift));
  }

  private void fold(Parameters parameters, String name, FloatBuffer scale, FloatBuffer shift) {
    FloatBuffer weight = parameters.values(name + ".weight").floats();
    FloatBuffer offset = parameters.values(name + ".bias").floats();
    FloatBuffer mean = parameters.values(name + ".running_mean").floats();
    FloatBuffer variance = parameters.values(name + ".running_var").floats();
    for (int c = 0; c < scale.capacity(); c++) {
      double normScale = weight.get(c) / Math.sqrt(variance.get(c) + eps);
      double normShift = offset.get(c) - mean.get(c) * normScale;
      scale.put(c, (float) (normScale * factor));
      shift.put(c, (float) (normShift * factor + shift.get(c) * normScale));
    }
  }
}
