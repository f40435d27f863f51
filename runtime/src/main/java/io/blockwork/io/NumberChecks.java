package io.blockwork.io;

/** Refuses numbers out of range where they are given, by what they are. */
public final class NumberChecks {
  private NumberChecks() {}

  /**
   * A count of at least one.
   *
   * @param what it is, for the message
   * @throws IllegalArgumentException if it is less
   */
  public static int positive(String what, int value) {
    return atLeast(what, 1, value);
  }

  /**
   * A count with a least value.
   *
   * @param what it is, for the message
   * @throws IllegalArgumentException if it is less
   */
  public static int atLeast(String what, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected at least %d, got %d", what, least, value));
    }
    return value;
  }

  /**
   * A number that is neither NaN nor infinite.
   *
   * @param what it is, for the message
   * @throws IllegalArgumentException if it is
   */
  public static double finite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected a finite number, got %s", what, value));
    }
    return value;
  }

  /**
   * A finite number of at least zero.
   *
   * @param what it is, for the message
   * @throws IllegalArgumentException if it is another
   */
  public static double finiteNotNegative(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected a finite number of at least 0, got %s", what, value));
    }
    return value;
  }

  /**
   * A sample's value.
   *
   * @param what it is, for the message
   * @throws IllegalArgumentException if it is not within 0 and 255
   */
  public static int sample(String what, int value) {
    if (value < 0 || value > 255) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected 0 to 255, got %d", what, value));
    }
    return value;
  }
}
