package io.blockwork.engine.onednn;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * What a quantised layer's weight and bias are multiplied by and shifted, output channel by output
 * channel: {@code source * factor} times the weight's own step scales the whole-number sums, and
 * the bias becomes {@code factor * bias + offset}.
 *
 * @param source what one step of the input's bytes stands for
 * @param factors of weights and bias
 * @param offsets added to the bias
 */
record ByteScaling(float source, FloatBuffer factors, FloatBuffer offsets) {
  /** Results in real units. */
  static ByteScaling real(ByteGrid source, int channels) {
    float[] factors = new float[channels];
    Arrays.fill(factors, 1);
    return new ByteScaling(
        source.scale(0), FloatBuffer.wrap(factors), FloatBuffer.allocate(channels));
  }

  /** Results in steps of a grid. */
  static ByteScaling into(ByteGrid source, ByteGrid grid) {
    FloatBuffer factors = FloatBuffer.allocate(grid.channels());
    FloatBuffer offsets = FloatBuffer.allocate(grid.channels());
    for (int c = 0; c < grid.channels(); c++) {
      factors.put(c, 1 / grid.scale(c));
      offsets.put(c, grid.zero(c));
    }
    return new ByteScaling(source.scale(0), factors, offsets);
  }
}
