package io.blockwork.interpreter;

import io.blockwork.graph.ops.Shape;

/** What dropout and stochastic depth multiply by in one training pass. */
@FunctionalInterface
public interface Masks {
  /**
   * The factors, 0 or {@code 1 / (1 - rate)}, in the order {@code [N, C, H, W]}.
   *
   * @param path the operation's
   * @param rate the share of zeros
   * @param wholeImages whether all values of an image have one factor
   * @param batch images
   * @param shape of one image
   */
  double[] of(String path, double rate, boolean wholeImages, int batch, Shape shape);

  /** For graphs that have none. */
  static Masks none() {
    return (path, rate, wholeImages, batch, shape) -> {
      throw new AssertionError("no mask for " + path);
    };
  }
}
