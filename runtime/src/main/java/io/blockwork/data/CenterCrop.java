package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.random.RandomGenerator;

/**
 * Cuts a square out of the middle: torchvision's {@code CenterCrop}.
 *
 * @param size its side, in pixels
 */
public record CenterCrop(int size) implements ImageTransform {
  /** Validates the arguments. */
  public CenterCrop {
    if (size < 1) {
      throw new IllegalArgumentException("CenterCrop: the size must be positive, got " + size);
    }
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    return image.centerCrop(size, size);
  }
}
