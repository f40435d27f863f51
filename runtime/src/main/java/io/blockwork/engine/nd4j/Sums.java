package io.blockwork.engine.nd4j;

/**
 * Sums in double. Four partial sums each: the processor adds them side by side, and each rounds a
 * quarter as often.
 */
final class Sums {
  private Sums() {}

  /** Sum of the first {@code n} values. */
  static double sum(double[] x, int n) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i < n - 3; i += 4) {
      a += x[i];
      b += x[i + 1];
      c += x[i + 2];
      d += x[i + 3];
    }
    for (; i < n; i++) {
      a += x[i];
    }
    return (a + b) + (c + d);
  }

  /** Sum of the squared distances from {@code mean}. */
  static double squares(double[] x, double mean, int n) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i < n - 3; i += 4) {
      a += (x[i] - mean) * (x[i] - mean);
      b += (x[i + 1] - mean) * (x[i + 1] - mean);
      c += (x[i + 2] - mean) * (x[i + 2] - mean);
      d += (x[i + 3] - mean) * (x[i + 3] - mean);
    }
    for (; i < n; i++) {
      a += (x[i] - mean) * (x[i] - mean);
    }
    return (a + b) + (c + d);
  }

  /** Sum of {@code g * (x - mean)}. */
  static double dot(double[] g, double[] x, double mean, int n) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i < n - 3; i += 4) {
      a += g[i] * (x[i] - mean);
      b += g[i + 1] * (x[i + 1] - mean);
      c += g[i + 2] * (x[i + 2] - mean);
      d += g[i + 3] * (x[i + 3] - mean);
    }
    for (; i < n; i++) {
      a += g[i] * (x[i] - mean);
    }
    return (a + b) + (c + d);
  }
}
