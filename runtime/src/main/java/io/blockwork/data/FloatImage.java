package io.blockwork.data;

import io.blockwork.io.SafeText;

/**
 * An image of floats, {@code [C, H, W]}: what torchvision calls a tensor image.
 *
 * <p>Mutable, and held by one owner at a time: a {@link TensorTransform} may change it in place.
 *
 * @param shape of the image
 * @param values in the order {@code [C, H, W]}
 */
@SuppressWarnings("ArrayRecordComponent") // a mutable carrier; never compared
public record FloatImage(ImageShape shape, float[] values) {
  /** Validates the arguments. */
  public FloatImage {
    if (values.length != shape.length()) {
      throw new IllegalArgumentException(
          SafeText.format("%s needs %d values, got %d", shape, shape.length(), values.length));
    }
  }
}
