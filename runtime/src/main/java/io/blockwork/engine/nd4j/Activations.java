package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;

/** Values and derivatives of activations. */
final class Activations {
  private static final double GELU_TANH_SCALE = Math.sqrt(2 / Math.PI);
  private static final double GELU_TANH_CUBE = 0.044715;

  private Activations() {}

  /** Applies the activation to the first {@code count} values. */
  static void apply(Activation activation, double[] x, int count) {
    switch (activation.function()) {
      case NONE -> {}
      case RELU -> {
        if (activation.alpha() == 0) {
          Elementwise.relu(x, count);
        } else {
          each(activation, x, count);
        }
      }
      default -> each(activation, x, count);
    }
  }

  private static void each(Activation activation, double[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = value(activation, x[i]);
    }
  }

  /**
   * Turns the gradient {@code d} of the output into that of the input.
   *
   * @param v outputs or inputs, as {@link #slope} wants them
   */
  static void gradient(Activation activation, double[] d, double[] v, int count) {
    for (int i = 0; i < count; i++) {
      d[i] *= slope(activation, v[i]);
    }
  }

  /** The function's value. NaN stays NaN, as in torch. */
  static double value(Activation activation, double x) {
    double a = activation.alpha();
    double b = activation.beta();
    return switch (activation.function()) {
      case NONE -> x;
      case RELU -> x > 0 ? x : a == 0 ? Math.max(0, x) : a * x;
      case CLIP -> Math.min(b, Math.max(a, x));
      case ELU -> b * (x > 0 ? x : a * Math.expm1(x));
      case SIGMOID -> sigmoid(x);
      case HARD_SIGMOID -> hardSigmoid(a, b, x);
      case SILU -> x * sigmoid(x);
      case HARD_SWISH -> x * hardSigmoid(a, b, x);
      case MISH -> x * Math.tanh(softplus(x));
      case GELU -> x * normal(x);
      case GELU_TANH -> 0.5 * x * (1 + Math.tanh(geluArgument(x)));
      case TANH -> Math.tanh(x);
      case SOFTPLUS -> a * x > b ? x : softplus(a * x) / a;
    };
  }

  /**
   * The derivative.
   *
   * @param v the function's value if the activation's {@link Activation#fromOutput()}, else its
   *     input
   */
  static double slope(Activation activation, double v) {
    double a = activation.alpha();
    double b = activation.beta();
    return switch (activation.function()) {
      case NONE -> 1;
      case RELU -> v > 0 ? 1 : a;
      case CLIP -> v > a && v < b ? 1 : 0;
      case ELU -> v > 0 ? b : activation.fromOutput() ? v + a * b : a * b * Math.exp(v);
      case SIGMOID -> v * (1 - v);
      case HARD_SIGMOID -> hardSigmoidSlope(activation, v);
      case SILU -> sigmoid(v) * (1 + v * (1 - sigmoid(v)));
      case HARD_SWISH -> {
        double linear = a * v + b;
        yield linear <= 0 ? 0 : linear >= 1 ? 1 : linear + a * v;
      }
      case MISH -> {
        double t = Math.tanh(softplus(v));
        yield t + v * (1 - t * t) * sigmoid(v);
      }
      case GELU -> normal(v) + v * Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI);
      case GELU_TANH -> {
        double t = Math.tanh(geluArgument(v));
        double inner = GELU_TANH_SCALE * (1 + 3 * GELU_TANH_CUBE * v * v);
        yield 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * inner;
      }
      case TANH -> 1 - v * v;
      case SOFTPLUS -> a * v > b ? 1 : sigmoid(a * v);
    };
  }

  private static double hardSigmoidSlope(Activation activation, double v) {
    double y = activation.fromOutput() ? v : hardSigmoid(activation.alpha(), activation.beta(), v);
    return y > 0 && y < 1 ? activation.alpha() : 0;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double hardSigmoid(double a, double b, double x) {
    return Math.min(1, Math.max(0, a * x + b));
  }

  private static double softplus(double x) {
    return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
  }

  private static double geluArgument(double x) {
    return GELU_TANH_SCALE * (x + GELU_TANH_CUBE * x * x * x);
  }

  /** The normal distribution's cumulative function. */
  private static double normal(double x) {
    return 0.5 * erfc(-x / Math.sqrt(2));
  }

  /**
   * The complementary error function: a series of positive terms near zero, else its continued
   * fraction (Abramowitz and Stegun 7.1.6 and 7.1.14).
   */
  private static double erfc(double x) {
    if (x < 0) {
      return 2 - erfc(-x);
    }
    double density = Math.exp(-x * x) / Math.sqrt(Math.PI);
    if (x < 2.5) {
      double term = x;
      double sum = x;
      for (int n = 1; term > 1e-17 * sum; n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 1 - 2 * density * sum;
    }
    double fraction = x;
    for (int n = 80; n > 0; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return density / fraction;
  }
}
