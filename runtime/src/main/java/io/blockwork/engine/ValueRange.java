package io.blockwork.engine;

import io.blockwork.io.SafeText;
import java.io.Serializable;

/**
 * Between which values numbers lie.
 *
 * @param low the smallest
 * @param high the largest
 */
public record ValueRange(float low, float high) implements Serializable {
  /**
   * Checks the order.
   *
   * @throws IllegalArgumentException if a bound is no finite number, or {@code low} is above {@code
   *     high}
   */
  public ValueRange {
    if (!Float.isFinite(low) || !Float.isFinite(high) || low > high) {
      throw new IllegalArgumentException(
          SafeText.format("range: expected two finite numbers in order, got %s and %s", low, high));
    }
  }

  /** The smallest range that holds both. */
  public ValueRange with(ValueRange other) {
    return new ValueRange(Math.min(low, other.low), Math.max(high, other.high));
  }

  /** What of this range lies within the other; the nearest bound of the other if nothing does. */
  public ValueRange within(ValueRange other) {
    return new ValueRange(other.nearest(low), other.nearest(high));
  }

  private float nearest(float value) {
    return Math.min(Math.max(value, low), high);
  }
}
