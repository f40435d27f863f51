package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.ValueRange;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Which numbers the 256 values of a byte stand for: {@code scale * (byte - zero)}, channel by
 * channel.
 */
final class ByteGrid {
  /** The largest value of a byte. */
  static final int LARGEST = 255;

  /** What channels without any spread are scaled by. */
  private static final float SMALLEST_SCALE = 1e-12f;

  private final float[] scale;
  private final float[] zero;

  private ByteGrid(float[] scale, float[] zero) {
    this.scale = scale;
    this.zero = zero;
  }

  /** The same grid for all channels; its zero is a whole number, so that 0 is exact. */
  static ByteGrid uniform(ValueRange range, int channels) {
    float low = Math.min(0, range.low());
    float high = Math.max(0, range.high());
    float step = Math.max((high - low) / LARGEST, SMALLEST_SCALE);
    float origin = Math.round(-low / step);
    float[] scale = new float[channels];
    float[] zero = new float[channels];
    Arrays.fill(scale, step);
    Arrays.fill(zero, origin);
    return new ByteGrid(scale, zero);
  }

  /**
   * A grid for each channel, from its smallest value to its largest. Where 0 lies between, it is
   * exact, for maps hold many zeros, and norms that divide by the spread of a place blow up what
   * all of its zeros are off by.
   */
  static ByteGrid perChannel(List<ValueRange> ranges) {
    float[] scale = new float[ranges.size()];
    float[] zero = new float[ranges.size()];
    for (int c = 0; c < scale.length; c++) {
      ValueRange range = ranges.get(c);
      // A channel of one value gets a grid through it that is no finer than floats are.
      float spread = Math.max(range.high() - range.low(), Math.abs(range.high()) * 1e-5f);
      scale[c] = Math.max(spread / LARGEST, SMALLEST_SCALE);
      float origin = -range.low() / scale[c];
      zero[c] = origin > 0 && origin < LARGEST ? Math.round(origin) : origin;
    }
    return new ByteGrid(scale, zero);
  }

  /** The grids of some channels. */
  ByteGrid slice(int from, int to) {
    return new ByteGrid(Arrays.copyOfRange(scale, from, to), Arrays.copyOfRange(zero, from, to));
  }

  /** The same with the grids of another for some channels. */
  ByteGrid with(int from, ByteGrid part) {
    float[] newScale = scale.clone();
    float[] newZero = zero.clone();
    System.arraycopy(part.scale, 0, newScale, from, part.scale.length);
    System.arraycopy(part.zero, 0, newZero, from, part.zero.length);
    return new ByteGrid(newScale, newZero);
  }

  /** All scales, then all zeros. */
  FloatBuffer values() {
    return FloatBuffer.allocate(2 * scale.length).put(scale).put(zero).flip();
  }

  int channels() {
    return scale.length;
  }

  /** Whether all channels have the same grid, with a whole number for zero. */
  boolean isUniform() {
    for (int c = 0; c < scale.length; c++) {
      if (scale[c] != scale[0] || zero[c] != zero[0]) {
        return false;
      }
    }
    return zero[0] == Math.rint(zero[0]);
  }

  /** Whether a byte of 0 stands for 0 in all channels. */
  boolean isPositive() {
    for (float each : zero) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether storing numbers as bytes cuts them off where a function does: ReLU at a byte of 0, and
   * clipping at both ends, up to what is rounded.
   */
  boolean cutsAs(Activation activation) {
    if (activation.isRelu()) {
      return isPositive();
    }
    boolean clip = activation.function() == Activation.Function.CLIP && isUniform();
    double near = scale[0] / 2;
    return clip
        && Math.abs(activation.alpha() + zero[0] * scale[0]) <= near
        && Math.abs(activation.beta() - (LARGEST - zero[0]) * scale[0]) <= near;
  }

  float scale(int channel) {
    return scale[channel];
  }

  float zero(int channel) {
    return zero[channel];
  }

  /** The zero of a uniform grid. */
  int origin() {
    return (int) zero[0];
  }

  boolean isSameAs(ByteGrid other) {
    return Arrays.equals(scale, other.scale) && Arrays.equals(zero, other.zero);
  }
}
