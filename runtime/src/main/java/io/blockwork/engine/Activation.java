package io.blockwork.engine;

import io.blockwork.io.SafeText;

/**
 * A function applied to every value, with its constants; meaning and defaults are torch's.
 *
 * @param function which one
 * @param alpha its first constant, as {@link Function} says
 * @param beta its second constant
 */
public record Activation(Function function, double alpha, double beta) {
  /** The kinds of functions; their constants are called a and b. */
  public enum Function {
    /** {@code x}. */
    NONE,
    /** {@code x} where it is positive, {@code a x} elsewhere. */
    RELU,
    /** {@code x} cut off below {@code a} and above {@code b}. */
    CLIP,
    /** {@code b x} where {@code x} is positive, {@code b a (exp(x) - 1)} elsewhere. */
    ELU,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** {@code a x + b}, cut off below 0 and above 1. */
    HARD_SIGMOID,
    /** {@code x / (1 + exp(-x))}. */
    SILU,
    /** {@code x * hardSigmoid(x)} with the constants of {@code HARD_SIGMOID}. */
    HARD_SWISH,
    /** {@code x * tanh(log(1 + exp(x)))}. */
    MISH,
    /** {@code x * normal(x)}, the normal distribution's cumulative function. */
    GELU,
    /** The same by its approximation with a hyperbolic tangent. */
    GELU_TANH,
    /** The hyperbolic tangent. */
    TANH,
    /** {@code log(1 + exp(a x)) / a}, and {@code x} where {@code a x > b}. */
    SOFTPLUS
  }

  /** The identity. */
  public static final Activation NONE = of(Function.NONE);

  /** {@code max(0, x)}. */
  public static final Activation RELU = of(Function.RELU);

  /** {@code min(max(0, x), 6)}. */
  public static final Activation RELU6 = clip(0, 6);

  /** {@code 1 / (1 + exp(-x))}. */
  public static final Activation SIGMOID = of(Function.SIGMOID);

  /** {@code min(max(0, x + 3), 6) / 6}. */
  public static final Activation HARD_SIGMOID = hardSigmoid(1.0 / 6, 0.5);

  /** {@code x * sigmoid(x)}, also called swish. */
  public static final Activation SILU = of(Function.SILU);

  /** {@code x * hardSigmoid(x)} (Howard et al. 2019). */
  public static final Activation HARD_SWISH = new Activation(Function.HARD_SWISH, 1.0 / 6, 0.5);

  /** {@code x * tanh(softplus(x))} (Misra 2019). */
  public static final Activation MISH = of(Function.MISH);

  /** The Gaussian error linear unit (Hendrycks and Gimpel 2016). */
  public static final Activation GELU = of(Function.GELU);

  /** The same by its approximation with a hyperbolic tangent. */
  public static final Activation GELU_TANH = of(Function.GELU_TANH);

  /** The hyperbolic tangent. */
  public static final Activation TANH = of(Function.TANH);

  /**
   * Checks the constants.
   *
   * @throws IllegalArgumentException if they make no function that has a use
   */
  public Activation {
    if (function == Function.CLIP && !(alpha <= beta)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "clip: expected a minimum not above the maximum, got %s and %s", alpha, beta));
    }
    if (function == Function.SOFTPLUS && !(alpha > 0)) {
      throw new IllegalArgumentException("softplus: expected a positive beta, got " + alpha);
    }
  }

  private static Activation of(Function function) {
    return new Activation(function, 0, 0);
  }

  /** {@code x} where it is positive, {@code slope * x} elsewhere; torch's default is 0.01. */
  public static Activation leakyRelu(double slope) {
    return new Activation(Function.RELU, slope, 0);
  }

  /** {@code x} where it is positive, {@code alpha * (exp(x) - 1)} elsewhere; default 1. */
  public static Activation elu(double alpha) {
    return new Activation(Function.ELU, alpha, 1);
  }

  /** The exponential linear unit that normalises itself (Klambauer et al. 2017). */
  public static Activation selu() {
    return new Activation(Function.ELU, 1.6732632423543772, 1.0507009873554805);
  }

  /**
   * {@code log(1 + exp(beta * x)) / beta}; defaults 1 and 20.
   *
   * @param beta steepness
   * @param threshold the function is {@code x} where {@code beta * x} is above it
   */
  public static Activation softplus(double beta, double threshold) {
    return new Activation(Function.SOFTPLUS, beta, threshold);
  }

  /** {@code x} cut off below {@code min} and above {@code max}. */
  public static Activation clip(double min, double max) {
    return new Activation(Function.CLIP, min, max);
  }

  /** {@code alpha * x + beta}, cut off below 0 and above 1. */
  public static Activation hardSigmoid(double alpha, double beta) {
    return new Activation(Function.HARD_SIGMOID, alpha, beta);
  }

  /** Whether it is the identity. */
  public boolean isNone() {
    return function == Function.NONE;
  }

  /** Whether it is {@code max(0, x)}. */
  public boolean isRelu() {
    return function == Function.RELU && alpha == 0;
  }

  /**
   * Whether the derivative can be told from the output alone, so that backward needs no input and
   * the output may overwrite it.
   */
  public boolean fromOutput() {
    return switch (function) {
      case NONE, CLIP, SIGMOID, TANH -> true;
      case RELU -> alpha >= 0;
      case ELU -> alpha >= 0 && beta > 0;
      case HARD_SIGMOID -> alpha != 0;
      // A softplus jumps at its threshold, so that two inputs have the same output.
      case SILU, HARD_SWISH, MISH, GELU, GELU_TANH, SOFTPLUS -> false;
    };
  }
}
