package io.blockwork.engine.onednn;

import io.blockwork.engine.SymmetricBytes;
import io.blockwork.engine.onednn.PackedWeights.Packed;
import io.blockwork.parameters.Parameters;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Turns weights into signed bytes. */
final class ByteWeights {
  private ByteWeights() {}

  /**
   * Quantises a weight, symmetrically, output channel by output channel: the largest value becomes
   * the largest that the processor can sum.
   *
   * @param plain receives the bytes in torch's order
   * @param packed receives scales and bias
   */
  static void fill(
      Parameters parameters,
      FoldedWeight folded,
      ByteScaling scaling,
      ByteBuffer plain,
      Packed packed) {
    int channels = scaling.factors().capacity();
    FloatBuffer values = parameters.values(folded.path() + ".weight").floats();
    FloatBuffer factors = FloatBuffer.allocate(channels);
    FloatBuffer shifts = FloatBuffer.allocate(channels);
    folded.fill(parameters, factors, shifts);
    FloatBuffer scales = PackedWeights.floats(packed.scales().orElseThrow(), channels);
    FloatBuffer biases = PackedWeights.floats(packed.bias(), channels);
    float[] row = new float[values.capacity() / channels];
    byte[] bytes = new byte[row.length];
    for (int c = 0; c < channels; c++) {
      values.get(c * row.length, row);
      float step = SymmetricBytes.quantize(row, OneDnnLibrary.largestByteWeight(), bytes);
      plain.put(c * row.length, bytes);
      float factor = scaling.factors().get(c);
      scales.put(c, step * factors.get(c) * scaling.source() * factor);
      biases.put(c, shifts.get(c) * factor + scaling.offsets().get(c));
    }
  }
}
