package io.blockwork.processor.expression;

/**
 * An operator between two operands; the higher its level, the closer it binds, to the left first.
 */
public enum Operator {
  /** {@code ||}. */
  OR("||", 1),
  /** {@code &&}. */
  AND("&&", 2),
  /** {@code ==}. */
  EQUAL("==", 3),
  /** {@code !=}. */
  DIFFERENT("!=", 3),
  /** {@code <}. */
  LESS("<", 4),
  /** {@code <=}. */
  LESS_OR_EQUAL("<=", 4),
  /** {@code >}. */
  GREATER(">", 4),
  /** {@code >=}. */
  GREATER_OR_EQUAL(">=", 4),
  /** {@code +}. */
  PLUS("+", 5),
  /** {@code -}. */
  MINUS("-", 5),
  /** {@code *}. */
  TIMES("*", 6),
  /** {@code /}. */
  DIVIDED("/", 6),
  /** {@code %}. */
  REMAINDER("%", 6);

  static final int LOWEST = 1;
  static final int COMPARISON = 4;
  static final int HIGHEST = 6;

  private final String sign;
  private final int level;

  Operator(String sign, int level) {
    this.sign = sign;
    this.level = level;
  }

  /** How it is written. */
  public String sign() {
    return sign;
  }

  int level() {
    return level;
  }
}
