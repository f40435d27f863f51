package io.blockwork.interpreter;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.DoubleUnaryOperator;

/**
 * Numbers, each with the numbers that it was computed from and its partial derivatives with respect
 * to them: reverse-mode differentiation of single numbers. A number is known by its index.
 */
final class Tape {
  private double[] values = new double[1 << 12];
  private int[] begins = new int[1 << 12];
  private int size;

  private int[] operands = new int[1 << 14];
  private double[] partials = new double[1 << 14];
  private int terms;
  private final BitSet constants = new BitSet();
  private final DoubleUnaryOperator rounding;

  /** Numbers in double precision. */
  Tape() {
    this(DoubleUnaryOperator.identity());
  }

  /**
   * Numbers in another precision.
   *
   * @param rounding what becomes of each result, of derivatives too
   */
  Tape(DoubleUnaryOperator rounding) {
    this.rounding = rounding;
  }

  /** A number that depends on nothing. */
  int leaf(double value) {
    return end(value);
  }

  /** A number that no image and no parameter can change. */
  int constant(double value) {
    constants.set(size);
    return end(value);
  }

  boolean isConstant(int index) {
    return constants.get(index);
  }

  /** The number that is being computed depends on {@code operand} with this derivative. */
  void term(int operand, double partial) {
    if (terms == operands.length) {
      operands = Arrays.copyOf(operands, 2 * terms);
      partials = Arrays.copyOf(partials, 2 * terms);
    }
    operands[terms] = operand;
    partials[terms++] = partial;
  }

  /** The number that all terms since the last one belong to. */
  int end(double value) {
    if (size + 1 == values.length) {
      values = Arrays.copyOf(values, 2 * values.length);
      begins = Arrays.copyOf(begins, 2 * begins.length);
    }
    values[size] = rounded(value);
    begins[size + 1] = terms;
    return size++;
  }

  /** A function of one number. */
  int unary(int operand, double value, double derivative) {
    if (derivative == 0 || isConstant(operand)) {
      return constant(value);
    }
    term(operand, derivative);
    return end(value);
  }

  /** A partial result, as the precision has it. */
  double rounded(double value) {
    return rounding.applyAsDouble(value);
  }

  double value(int index) {
    return values[index];
  }

  /**
   * The derivatives of a weighted sum with respect to every number.
   *
   * @param of the numbers that are summed
   * @param weights their weights
   */
  double[] gradients(int[] of, double[] weights) {
    double[] gradients = new double[size];
    for (int i = 0; i < of.length; i++) {
      gradients[of[i]] += weights[i];
    }
    for (int i = size - 1; i >= 0; i--) {
      if (gradients[i] != 0) {
        for (int t = begins[i]; t < begins[i + 1]; t++) {
          double term = rounded(gradients[i] * partials[t]);
          gradients[operands[t]] = rounded(gradients[operands[t]] + term);
        }
      }
    }
    return gradients;
  }
}
