package io.blockwork.data;

import io.blockwork.io.SafeText;

/** Checks of arguments that transforms share. */
final class Probability {
  private Probability() {}

  static void require(double probability, String what) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: a probability must be between 0 and 1, got %s", what, probability));
    }
  }

  static void requireRange(double low, double high, double least, String what) {
    if (!(low >= least && low <= high) || Double.isInfinite(high)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected %s <= low <= high, got (%s, %s)", what, least, low, high));
    }
  }
}
