package io.blockwork.interpreter;

import io.blockwork.graph.ops.Activation;

/** The activation functions and their derivatives, by their definitions. */
final class Functions {
  private static final double HALF_LOG = 0.044715;

  private Functions() {}

  /** The function's value. */
  static double value(Activation f, double x) {
    return switch (f.function()) {
      case NONE -> x;
      case RELU -> x > 0 ? x : f.alpha() * x;
      case CLIP -> Math.min(Math.max(x, f.alpha()), f.beta());
      case ELU -> f.beta() * (x > 0 ? x : f.alpha() * Math.expm1(x));
      case SIGMOID -> sigmoid(x);
      case HARD_SIGMOID -> Math.min(Math.max(f.alpha() * x + f.beta(), 0), 1);
      case SILU -> x * sigmoid(x);
      case HARD_SWISH -> x * Math.min(Math.max(f.alpha() * x + f.beta(), 0), 1);
      case MISH -> x * Math.tanh(softplus(x));
      case GELU -> x * normal(x);
      case GELU_TANH -> 0.5 * x * (1 + Math.tanh(inner(x)));
      case TANH -> Math.tanh(x);
      case SOFTPLUS -> f.alpha() * x > f.beta() ? x : softplus(f.alpha() * x) / f.alpha();
    };
  }

  /** The function's derivative; at a kink, torch's choice. */
  static double derivative(Activation f, double x) {
    return switch (f.function()) {
      case NONE -> 1;
      case RELU -> x > 0 ? 1 : f.alpha();
      case CLIP -> x > f.alpha() && x < f.beta() ? 1 : 0;
      case ELU -> f.beta() * (x > 0 ? 1 : f.alpha() * Math.exp(x));
      case SIGMOID -> sigmoid(x) * (1 - sigmoid(x));
      case HARD_SIGMOID -> isBetween(f, x) ? f.alpha() : 0;
      case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
      case HARD_SWISH ->
          isBetween(f, x) ? 2 * f.alpha() * x + f.beta() : f.alpha() * x + f.beta() >= 1 ? 1 : 0;
      case MISH -> {
        double t = Math.tanh(softplus(x));
        yield t + x * (1 - t * t) * sigmoid(x);
      }
      case GELU -> normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
      case GELU_TANH -> {
        double t = Math.tanh(inner(x));
        double slope = Math.sqrt(2 / Math.PI) * (1 + 3 * HALF_LOG * x * x);
        yield 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope;
      }
      case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
      case SOFTPLUS -> f.alpha() * x > f.beta() ? 1 : sigmoid(f.alpha() * x);
    };
  }

  /** How far {@code x} is from the next place where the derivative jumps. */
  static double distanceToKink(Activation f, double x) {
    return switch (f.function()) {
      case RELU, ELU -> Math.abs(x);
      case CLIP -> Math.min(Math.abs(x - f.alpha()), Math.abs(x - f.beta()));
      case HARD_SIGMOID, HARD_SWISH ->
          Math.min(Math.abs(x + f.beta() / f.alpha()), Math.abs(x - (1 - f.beta()) / f.alpha()));
      case SOFTPLUS -> Math.abs(x - f.beta() / f.alpha());
      default -> Double.POSITIVE_INFINITY;
    };
  }

  private static boolean isBetween(Activation f, double x) {
    double line = f.alpha() * x + f.beta();
    return line > 0 && line < 1;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double inner(double x) {
    return Math.sqrt(2 / Math.PI) * (x + HALF_LOG * x * x * x);
  }

  /** The distribution function of the normal distribution. */
  private static double normal(double x) {
    return 0.5 * (1 + erf(x / Math.sqrt(2)));
  }

  /**
   * The error function: its Taylor series, and far out the continued fraction of its complement.
   */
  static double erf(double x) {
    double a = Math.abs(x);
    if (a > 6) {
      return Math.signum(x);
    }
    if (a > 2.5) {
      double fraction = 0;
      for (int i = 60; i >= 1; i--) {
        fraction = i / 2.0 / (a + fraction);
      }
      return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 60; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
