package io.blockwork.engine;

import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;

/**
 * A place for the values of one edge of the network, for every image of the batch: N x channels x
 * height x width.
 */
public interface Tensor {
  /** Channels of one image. */
  int channels();

  /** Height of one image; 1 for a vector. */
  int height();

  /** Width of one image; 1 for a vector. */
  int width();

  /**
   * The channels {@code from} (inclusive) to {@code to} (exclusive) of this tensor, sharing its
   * memory.
   *
   * @throws IndexOutOfBoundsException if the range is not within {@code 0 .. channels()}
   */
  Tensor slice(int from, int to);

  /**
   * Checks how many values somebody has for {@code batch} images of this shape.
   *
   * @param what they are, for the message
   * @throws ShapeMismatchException if there are more or fewer
   */
  default void requireValues(String what, int batch, long values) {
    if (values != (long) batch * channels() * height() * width()) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected the values of %d x %s, got %d", what, batch, shape(), values));
    }
  }

  /** The shape of one image as generated code and error messages print it: {@code 64 x 56 x 56}. */
  default String shape() {
    return channels() + " x " + height() + " x " + width();
  }
}
