package io.blockwork.graph.ops;

import java.util.List;

/**
 * What a parameter holds before training, with its constants worked out.
 *
 * @param distribution how the values are drawn
 * @param a its first constant
 * @param b its second constant
 * @param c its third constant
 */
public record Initial(Distribution distribution, double a, double b, double c) {
  /** How values are drawn. */
  public enum Distribution {
    /** Each is {@code a}. */
    CONSTANT,
    /** Uniform from {@code a} to {@code b}. */
    UNIFORM,
    /** Normal of mean 0 and standard deviation {@code a}. */
    NORMAL,
    /** The same, drawn again while below {@code b} or above {@code c}. */
    TRUNCATED_NORMAL
  }

  /** All zero. */
  public static final Initial ZEROS = constant(0);

  /** All one. */
  public static final Initial ONES = constant(1);

  /** All {@code value}. */
  public static Initial constant(double value) {
    return new Initial(Distribution.CONSTANT, value, 0, 0);
  }

  /** Uniform within {@code bound} of zero. */
  public static Initial uniform(double bound) {
    return new Initial(Distribution.UNIFORM, -bound, bound, 0);
  }

  /** Normal around zero. */
  public static Initial normal(double deviation) {
    return new Initial(Distribution.NORMAL, deviation, 0, 0);
  }

  /**
   * Normal around zero, within bounds, as torch's {@code trunc_normal_}: the bounds are values, not
   * multiples of the deviation.
   */
  public static Initial truncatedNormal(double deviation, double low, double high) {
    return new Initial(Distribution.TRUNCATED_NORMAL, deviation, low, high);
  }

  /**
   * Uniform within {@code 1 / sqrt(fanIn)}: what torch's convolutions and linear layers start with,
   * weights and biases.
   */
  public static Initial torch(long fanIn) {
    return uniform(1 / Math.sqrt(Math.max(1, fanIn)));
  }

  /** Whether it is the same. */
  public boolean isSame(Initial other) {
    return distribution == other.distribution && a == other.a && b == other.b && c == other.c;
  }

  /** The expression of the runtime's value, as a method of the description's builder. */
  public Code code() {
    Code layers = new Code("layers", List.of());
    return switch (distribution) {
      case CONSTANT -> layers.then("constant", a);
      case UNIFORM -> layers.then("uniform", a, b);
      case NORMAL -> layers.then("normal", a);
      case TRUNCATED_NORMAL -> layers.then("truncatedNormal", a, b, c);
    };
  }

  /**
   * The same, by the name that its scale has for a fan-in, if it has one.
   *
   * @param fanIn values that each output of the layer sums
   */
  Code code(long fanIn) {
    Code layers = new Code("layers", List.of());
    if (isSame(he(fanIn))) {
      return layers.then("he", fanIn);
    }
    return isSame(torch(fanIn)) ? layers.then("torch", fanIn) : code();
  }

  /** Normal, scaled so that ReLU networks keep their signal (He et al. 2015, section 2.2). */
  public static Initial he(long fan) {
    return normal(Math.sqrt(2.0 / Math.max(1, fan)));
  }
}
