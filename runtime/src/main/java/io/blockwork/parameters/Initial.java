package io.blockwork.parameters;

import io.blockwork.io.NumberChecks;
import java.util.Objects;

/**
 * What a parameter starts with, where its kind does not say it: generated code has the constants
 * worked out.
 *
 * @param distribution how the values are drawn
 * @param a its first constant
 * @param b its second constant
 * @param c its third constant
 */
public record Initial(Distribution distribution, double a, double b, double c) {
  /** Checks that nothing is missing. */
  public Initial {
    Objects.requireNonNull(distribution, "distribution");
    NumberChecks.finite("constant of an initial value", a);
    NumberChecks.finite("constant of an initial value", b);
    NumberChecks.finite("constant of an initial value", c);
  }

  /** How values are drawn. */
  public enum Distribution {
    /** Each is {@code a}. */
    CONSTANT,
    /** Uniform from {@code a} to {@code b}. */
    UNIFORM,
    /** Normal around 0 with the standard deviation {@code a}. */
    NORMAL,
    /** The same, drawn again while below {@code b} or above {@code c}. */
    TRUNCATED_NORMAL
  }

  /** All the same. */
  public static Initial constant(double value) {
    return new Initial(Distribution.CONSTANT, value, 0, 0);
  }

  /**
   * Uniform within bounds.
   *
   * @throws IllegalArgumentException if one is not finite, or the upper is below the lower
   */
  public static Initial uniform(double low, double high) {
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          "expected a lower bound that is not above the upper one, got " + low + " and " + high);
    }
    return new Initial(Distribution.UNIFORM, low, high, 0);
  }

  /**
   * Normal around zero.
   *
   * @throws IllegalArgumentException if the deviation is negative or not finite
   */
  public static Initial normal(double deviation) {
    NumberChecks.finiteNotNegative("deviation", deviation);
    return new Initial(Distribution.NORMAL, deviation, 0, 0);
  }

  /**
   * Normal around zero, within bounds that are values, as torch's {@code trunc_normal_}.
   *
   * @throws IllegalArgumentException if nothing lies between the bounds, or the deviation is
   *     negative or not finite
   */
  public static Initial truncatedNormal(double deviation, double low, double high) {
    NumberChecks.finiteNotNegative("deviation", deviation);
    if (!(low < high)) {
      throw new IllegalArgumentException(
          "expected a lower bound below the upper one, got " + low + " and " + high);
    }
    return new Initial(Distribution.TRUNCATED_NORMAL, deviation, low, high);
  }
}
