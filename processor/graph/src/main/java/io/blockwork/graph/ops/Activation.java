package io.blockwork.graph.ops;

import java.util.Locale;

/**
 * A function of one value, with its constants.
 *
 * @param function which
 * @param alpha its first constant
 * @param beta its second constant
 */
public record Activation(Function function, double alpha, double beta) {
  /** A function, up to its constants. */
  public enum Function {
    /** The identity. */
    NONE,
    /** {@code x} if it is positive, else {@code alpha * x}. */
    RELU,
    /** {@code min(max(x, alpha), beta)}. */
    CLIP,
    /** {@code beta * x} if it is positive, else {@code beta * alpha * (exp(x) - 1)}. */
    ELU,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** {@code min(max(alpha * x + beta, 0), 1)}. */
    HARD_SIGMOID,
    /** {@code x * sigmoid(x)}, also called swish. */
    SILU,
    /** {@code x * hardSigmoid(x)}. */
    HARD_SWISH,
    /** {@code x * tanh(softplus(x))}. */
    MISH,
    /** {@code x * Phi(x)}, with the normal distribution's function. */
    GELU,
    /** GELU in its approximation by the hyperbolic tangent. */
    GELU_TANH,
    /** The hyperbolic tangent. */
    TANH,
    /** {@code log(1 + exp(alpha * x)) / alpha}; {@code x} where {@code alpha * x > beta}. */
    SOFTPLUS
  }

  private static final double SELU_ALPHA = 1.6732632423543772;
  private static final double SELU_SCALE = 1.0507009873554805;

  /** The identity. */
  public static final Activation NONE = of(Function.NONE);

  /** {@code max(0, x)}. */
  public static final Activation RELU = of(Function.RELU);

  /** {@code min(max(0, x), 6)}. */
  public static final Activation RELU6 = clip(0, 6);

  /** {@code 1 / (1 + exp(-x))}. */
  public static final Activation SIGMOID = of(Function.SIGMOID);

  /** {@code relu6(x + 3) / 6}, as torch's. */
  public static final Activation HARD_SIGMOID = hardSigmoid(1.0 / 6, 0.5);

  /** {@code x * sigmoid(x)}. */
  public static final Activation SILU = of(Function.SILU);

  /** {@code x * relu6(x + 3) / 6}, as torch's. */
  public static final Activation HARD_SWISH = new Activation(Function.HARD_SWISH, 1.0 / 6, 0.5);

  /** {@code x * tanh(softplus(x))}. */
  public static final Activation MISH = of(Function.MISH);

  /** GELU. */
  public static final Activation GELU = of(Function.GELU);

  /** GELU as torch computes it with {@code approximate="tanh"}. */
  public static final Activation GELU_TANH = of(Function.GELU_TANH);

  /** The hyperbolic tangent. */
  public static final Activation TANH = of(Function.TANH);

  /**
   * Checks the constants.
   *
   * @throws IllegalArgumentException if the function is not defined for them
   */
  public Activation {
    if (function == Function.CLIP && !(alpha <= beta)) {
      throw new IllegalArgumentException(
          "clip: expected a minimum not above the maximum, got " + alpha + " and " + beta);
    }
    if (function == Function.SOFTPLUS && !(alpha > 0)) {
      throw new IllegalArgumentException("softplus: expected a positive beta, got " + alpha);
    }
  }

  private static Activation of(Function function) {
    return new Activation(function, 0, 0);
  }

  /** {@code x} if it is positive, else {@code slope * x}; torch's slope is 0.01. */
  public static Activation leakyRelu(double slope) {
    return new Activation(Function.RELU, slope, 0);
  }

  /** {@code x} if it is positive, else {@code alpha * (exp(x) - 1)}; torch's alpha is 1. */
  public static Activation elu(double alpha) {
    return new Activation(Function.ELU, alpha, 1);
  }

  /** ELU with the constants of self-normalising networks. */
  public static Activation selu() {
    return new Activation(Function.ELU, SELU_ALPHA, SELU_SCALE);
  }

  /** A smooth ReLU; torch's beta is 1, its threshold 20. */
  public static Activation softplus(double beta, double threshold) {
    return new Activation(Function.SOFTPLUS, beta, threshold);
  }

  /** {@code min(max(x, min), max)}. */
  public static Activation clip(double min, double max) {
    return new Activation(Function.CLIP, min, max);
  }

  /** {@code min(max(alpha * x + beta, 0), 1)}, as ONNX's. */
  public static Activation hardSigmoid(double alpha, double beta) {
    return new Activation(Function.HARD_SIGMOID, alpha, beta);
  }

  /** Whether it is the identity. */
  public boolean isNone() {
    return function == Function.NONE;
  }

  // Spelled out: see Shape.
  @Override
  public boolean equals(Object other) {
    return other instanceof Activation a
        && function == a.function
        && Double.compare(alpha, a.alpha) == 0
        && Double.compare(beta, a.beta) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * function.ordinal() + Double.hashCode(alpha)) + Double.hashCode(beta);
  }

  /** Whether it is {@code max(0, x)}. */
  public boolean isRelu() {
    return function == Function.RELU && alpha == 0;
  }

  /** Whether its derivative can be computed from the output alone. */
  public boolean fromOutput() {
    return switch (function) {
      case NONE, CLIP, SIGMOID, TANH -> true;
      case RELU -> alpha >= 0;
      case ELU -> alpha >= 0 && beta > 0;
      case HARD_SIGMOID -> alpha != 0;
      // Softplus jumps at its threshold, so that two inputs may have the same output.
      case SILU, HARD_SWISH, MISH, GELU, GELU_TANH, SOFTPLUS -> false;
    };
  }

  /** How people read it: {@code relu6}; nothing for the identity. */
  public String words() {
    return switch (function) {
      case NONE -> "";
      case RELU -> alpha == 0 ? "relu" : "leaky relu";
      case CLIP -> alpha == 0 && beta == 6 ? "relu6" : "clip";
      case ELU -> beta == 1 ? "elu" : "selu";
      case GELU_TANH -> "gelu";
      default -> function.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  /** What torch calls the module. */
  String type() {
    return switch (function) {
      case NONE -> "Identity";
      case RELU -> alpha == 0 ? "ReLU" : "LeakyReLU";
      case CLIP -> alpha == 0 && beta == 6 ? "ReLU6" : "Hardtanh";
      case ELU -> beta == 1 ? "ELU" : "SELU";
      case SIGMOID -> "Sigmoid";
      case HARD_SIGMOID -> "Hardsigmoid";
      case SILU -> "SiLU";
      case HARD_SWISH -> "Hardswish";
      case MISH -> "Mish";
      case GELU, GELU_TANH -> "GELU";
      case TANH -> "Tanh";
      case SOFTPLUS -> "Softplus";
    };
  }

  /** The expression of the engines' value. */
  Code code() {
    return switch (function) {
      case NONE, SIGMOID, SILU, MISH, GELU, GELU_TANH, TANH -> named(function.name());
      case RELU -> alpha == 0 ? named("RELU") : call("leakyRelu", alpha);
      case CLIP -> alpha == 0 && beta == 6 ? named("RELU6") : call("clip", alpha, beta);
      case ELU -> isSelu() ? call("selu") : call("elu", alpha);
      case HARD_SIGMOID ->
          hasConstantsOf(HARD_SIGMOID) ? named("HARD_SIGMOID") : call("hardSigmoid", alpha, beta);
      case HARD_SWISH -> named("HARD_SWISH");
      case SOFTPLUS -> call("softplus", alpha, beta);
    };
  }

  private boolean isSelu() {
    return beta == SELU_SCALE && alpha == SELU_ALPHA;
  }

  private boolean hasConstantsOf(Activation other) {
    return alpha == other.alpha && beta == other.beta;
  }

  private static Code named(String constant) {
    return Code.constant("Activation", constant);
  }

  private static Code call(String factory, Object... constants) {
    return Code.call("Activation", factory, constants);
  }
}
