package io.blockwork.engine;

import io.blockwork.io.SafeText;

/**
 * Pixels added around an image.
 *
 * @param top rows above
 * @param left columns before
 * @param bottom rows below
 * @param right columns behind
 */
public record Padding(int top, int left, int bottom, int right) {
  /** Adds nothing. */
  public static final Padding NONE = new Padding(0, 0, 0, 0);

  /** Checks that nothing is negative. */
  public Padding {
    if (top < 0 || left < 0 || bottom < 0 || right < 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "padding: expected no negative numbers, got %d, %d, %d, %d",
              top, left, bottom, right));
    }
  }

  /** The same on every side. */
  public static Padding padding(int all) {
    return new Padding(all, all, all, all);
  }

  /** The same above and below, and the same before and behind. */
  public static Padding padding(int vertical, int horizontal) {
    return new Padding(vertical, horizontal, vertical, horizontal);
  }

  /** Each side of its own. */
  public static Padding padding(int top, int left, int bottom, int right) {
    return new Padding(top, left, bottom, right);
  }

  /** Whether it adds nothing. */
  public boolean isNone() {
    return vertical() == 0 && horizontal() == 0;
  }

  /** Rows added in all. */
  public int vertical() {
    return top + bottom;
  }

  /** Columns added in all. */
  public int horizontal() {
    return left + right;
  }
}
