package io.blockwork.interpreter;

import java.util.Arrays;
import java.util.Random;

/**
 * Rounds arrays to 8-bit integers at random, up or down, the likelier the nearer: to 256 values at
 * even distances between the smallest and the largest of an array, one of which is 0.
 */
final class ByteRounding {
  private static final int STEPS = 255;

  private final Random random;

  ByteRounding(long seed) {
    random = new Random(seed);
  }

  /** Rounds all values with one range, as activations are. */
  double[] rounded(double[] values) {
    double least = Math.min(0, Arrays.stream(values).min().orElse(0));
    double most = Math.max(0, Arrays.stream(values).max().orElse(0));
    double step = (most - least) / STEPS;
    return step == 0 ? values : Arrays.stream(values).map(v -> rounded(v, step)).toArray();
  }

  /** Rounds the values of each output channel with a range of their own, as weights are. */
  double[] rounded(double[] values, int channels) {
    double[] result = new double[values.length];
    int length = values.length / channels;
    for (int from = 0; from < values.length; from += length) {
      double[] channel = rounded(Arrays.copyOfRange(values, from, from + length));
      System.arraycopy(channel, 0, result, from, length);
    }
    return result;
  }

  private double rounded(double value, double step) {
    return Math.floor(value / step + random.nextDouble()) * step;
  }
}
