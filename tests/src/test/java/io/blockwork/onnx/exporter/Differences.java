package io.blockwork.onnx.exporter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

/** Compares results as a share of the largest one. */
final class Differences {
  private Differences() {}

  static double[] doubles(float... values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  static double largest(double... values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  /**
   * Fails if a value is further off.
   *
   * @param bound as a share of the largest expected value
   */
  static void check(String what, double[] expected, float[] got, double bound) {
    assertEquals(expected.length, got.length, what);
    double error = 0;
    for (int i = 0; i < got.length; i++) {
      double e = Math.abs(expected[i] - got[i]);
      error = Double.isNaN(e) ? Double.POSITIVE_INFINITY : Math.max(error, e);
    }
    double most = bound * Math.max(1e-3, largest(expected));
    double worst = error;
    assertTrue(error <= most, () -> what + ": error " + worst + ", bound " + most);
  }
}
