package io.blockwork.processor.expression;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A function of numbers, written in small letters. */
public enum Function {
  /** The smallest. */
  MIN,
  /** The largest. */
  MAX,
  /** The largest whole number not above a number. */
  FLOOR,
  /** The smallest whole number not below a number. */
  CEIL,
  /** The nearest whole number, the upper one of two. */
  ROUND;

  /** How it is written. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it takes one number, of which it makes a whole one. */
  public boolean rounds() {
    return this != MIN && this != MAX;
  }

  static Optional<Function> of(String text) {
    return Arrays.stream(values()).filter(f -> f.text().equals(text)).findFirst();
  }
}
