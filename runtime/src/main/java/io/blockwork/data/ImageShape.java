package io.blockwork.data;

import io.blockwork.io.SafeText;

/**
 * The shape of one image as a network takes it, {@code [C, H, W]}.
 *
 * @param channels C, at least 1
 * @param height H, at least 1
 * @param width W, at least 1
 */
public record ImageShape(int channels, int height, int width) {
  /** Validates the arguments. */
  public ImageShape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          SafeText.format(
              "every dimension must be positive, got %d x %d x %d", channels, height, width));
    }
  }

  /** Number of values: C * H * W. */
  public int length() {
    return Math.multiplyExact(Math.multiplyExact(channels, height), width);
  }

  /** {@code 3 x 32 x 32}. */
  @Override
  public String toString() {
    return channels + " x " + height + " x " + width;
  }
}
