package io.blockwork.train;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** How near numbers come to those that were wanted. */
final class RegressionFigures {
  private RegressionFigures() {}

  static double meanAbsoluteError(Outputs outputs) {
    return mean(outputs, Math::abs);
  }

  static double rootMeanSquaredError(Outputs outputs) {
    return Math.sqrt(mean(outputs, d -> d * d));
  }

  private static double mean(Outputs outputs, DoubleUnaryOperator ofDifference) {
    return numbers(outputs)
        .mapToDouble(k -> sum(outputs, k, ofDifference) / outputs.images())
        .average()
        .orElse(Double.NaN);
  }

  static double r2(Outputs outputs) {
    return outputs.images() < 2
        ? Double.NaN
        : numbers(outputs).mapToDouble(k -> r2(outputs, k)).average().orElse(Double.NaN);
  }

  private static double r2(Outputs outputs, int k) {
    double mean = images(outputs).mapToDouble(i -> outputs.target(i, k)).average().orElse(0);
    double deviations =
        images(outputs).mapToDouble(i -> Math.pow(outputs.target(i, k) - mean, 2)).sum();
    double errors = sum(outputs, k, d -> d * d);
    if (deviations == 0) {
      return errors == 0 ? 1 : 0;
    }
    return 1 - errors / deviations;
  }

  private static double sum(Outputs outputs, int k, DoubleUnaryOperator ofDifference) {
    return images(outputs)
        .mapToDouble(i -> ofDifference.applyAsDouble(outputs.output(i, k) - outputs.target(i, k)))
        .sum();
  }

  private static IntStream images(Outputs outputs) {
    return IntStream.range(0, outputs.images());
  }

  private static IntStream numbers(Outputs outputs) {
    return IntStream.range(0, outputs.names().size());
  }
}
