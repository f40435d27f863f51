package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Interpolation;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Resizes the shorter side to a length and the other in proportion: torchvision's {@code
 * Resize(int)}.
 *
 * @param shorterSide its new length, in pixels
 * @param interpolation how to resize
 */
public record Resize(int shorterSide, Interpolation interpolation) implements ImageTransform {
  /** Validates the arguments. */
  public Resize {
    Objects.requireNonNull(interpolation, "interpolation");
    if (shorterSide < 1) {
      throw new IllegalArgumentException("Resize: the size must be positive, got " + shorterSide);
    }
  }

  /** Bilinear. */
  public Resize(int shorterSide) {
    this(shorterSide, Interpolation.BILINEAR);
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    return image.resizeShorterSide(shorterSide, interpolation);
  }
}
