package io.blockwork.golden;

import static org.junit.jupiter.api.Assertions.fail;

import io.blockwork.golden.Golden.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares figures and remembers every one that is too far off, so that a failure lists the
 * deviating tensors in the network's order.
 */
final class Comparison {
  private static final int MOST_LINES = 25;

  private final List<String> failures = new ArrayList<>();
  private final Map<String, Double> worst = new LinkedHashMap<>();

  /**
   * Compares one value.
   *
   * @param quantity the kind of figure, under which {@link #worst} remembers it
   * @param bound largest difference allowed
   */
  void value(String quantity, String what, double expected, double actual, double bound) {
    double difference = Math.abs(actual - expected);
    double part = difference == 0 ? 0 : difference / bound;
    worst.merge(quantity, part, Comparison::larger);
    // Written so that NaN fails.
    if (!(difference <= bound)) {
      failures.add(
          "%s %s: expected %.14g, got %.14g, off by %.2e where %.2e is allowed"
              .formatted(quantity, what, expected, actual, difference, bound));
    }
  }

  /** Compares a single number, relative to itself; an infinite {@code relative} leaves it out. */
  void scalar(String quantity, String what, double expected, double actual, double relative) {
    if (Double.isInfinite(relative)) {
      return;
    }
    value(quantity, what, expected, actual, relative * Math.abs(expected));
  }

  /** Compares a tensor with the norm, sum and first entries that stand in the golden file. */
  void figures(String quantity, Figures expected, double[] actual, Tolerance tolerance) {
    double[] figures = expected.values();
    String name = expected.name();
    double norm = figures[0];
    long length = actual.length;
    value(quantity, name + " norm", norm, norm(actual), tolerance.norm(norm, length));
    double sum = java.util.Arrays.stream(actual).sum();
    value(quantity, name + " sum", figures[1], sum, tolerance.sum(figures[1], norm, length));
    for (int i = 0; i + 2 < figures.length; i++) {
      double entry = figures[i + 2];
      String what = name + "[" + i + "]";
      value(quantity, what, entry, actual[i], tolerance.value(entry, norm, length));
    }
  }

  /** Compares a tensor with all its values. */
  void values(String quantity, String name, double[] expected, double[] actual, Tolerance bound) {
    if (expected.length != actual.length) {
      failures.add(
          "%s %s: expected %d values, got %d"
              .formatted(quantity, name, expected.length, actual.length));
      return;
    }
    double norm = norm(expected);
    for (int i = 0; i < expected.length; i++) {
      double allowed = bound.value(expected[i], norm, expected.length);
      value(quantity, name + "[" + i + "]", expected[i], actual[i], allowed);
    }
  }

  /** The largest deviation of each quantity as a part of what is allowed. */
  Map<String, Double> worst() {
    return worst;
  }

  /** Fails if anything was too far off. */
  void verify() {
    if (!failures.isEmpty()) {
      fail(
          "%d figures deviate, in the network's order:%n%s"
              .formatted(
                  failures.size(),
                  String.join(
                      System.lineSeparator(),
                      failures.subList(0, Math.min(MOST_LINES, failures.size())))));
    }
  }

  static double norm(double[] values) {
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static double larger(double a, double b) {
    return Double.isNaN(a) || a > b ? a : b;
  }
}
