package io.blockwork.graph.ops;

/**
 * Rows and columns around a map.
 *
 * @param top rows above
 * @param left columns before
 * @param bottom rows below
 * @param right columns behind
 */
public record Padding(int top, int left, int bottom, int right) {
  /** None. */
  public static final Padding NONE = new Padding(0, 0, 0, 0);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public Padding {
    if (top < 0 || left < 0 || bottom < 0 || right < 0) {
      throw new IllegalArgumentException(
          "padding: expected no negative numbers, got "
              + (top + ", " + left + ", " + bottom + ", " + right));
    }
  }

  /** The same on all sides. */
  public static Padding of(int all) {
    return new Padding(all, all, all, all);
  }

  /** The same above and below, and the same before and behind. */
  public static Padding of(int vertical, int horizontal) {
    return new Padding(vertical, horizontal, vertical, horizontal);
  }

  /** Rows in all. */
  public int vertical() {
    return top + bottom;
  }

  /** Columns in all. */
  public int horizontal() {
    return left + right;
  }

  /** Whether there is none. */
  public boolean isNone() {
    return vertical() == 0 && horizontal() == 0;
  }

  /** Appends {@code .padding(...)} in its shortest form, nothing if there is none. */
  Code print(Code code) {
    if (isNone()) {
      return code;
    } else if (top != bottom || left != right) {
      return code.then("padding", top, left, bottom, right);
    }
    return code.thenSides("padding", top, left, 0);
  }

  /** {@code padding(1, 2)}, in its shortest form. */
  Code code() {
    if (top != bottom || left != right) {
      return Code.call("Padding", "padding", top, left, bottom, right);
    }
    return top == left
        ? Code.call("Padding", "padding", top)
        : Code.call("Padding", "padding", top, left);
  }
}
