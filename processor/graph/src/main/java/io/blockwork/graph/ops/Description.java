package io.blockwork.graph.ops;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * How people read an operation.
 *
 * @param kind {@code max 3x3 stride 2}
 * @param extras what else its kernel does: {@code norm, relu}; may be empty
 * @param phrase in a sentence: {@code 3x3 stride 2 max pooling}
 */
public record Description(String kind, String extras, String phrase) {
  /** An operation that is called the same everywhere, and does nothing else. */
  static Description of(String kind) {
    return new Description(kind, "", kind);
  }

  /** The same, and what else the kernel does. */
  static Description of(String kind, String extras) {
    return new Description(kind, extras, kind);
  }

  /** Four digits at most: {@code 0.0875} for what computing left as 0.08750000000000001. */
  static String rounded(double value) {
    return String.valueOf(new BigDecimal(value).round(new MathContext(4)).doubleValue());
  }
}
