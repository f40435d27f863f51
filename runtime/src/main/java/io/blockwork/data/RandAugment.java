package io.blockwork.data;

import io.blockwork.image.AffineMap.Sampling;
import io.blockwork.image.ByteImage;
import io.blockwork.io.NumberChecks;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Some operations of fourteen one after the other, all with one magnitude: torchvision's {@code
 * RandAugment} (Cubuk and others, "RandAugment: Practical automated data augmentation with a
 * reduced search space", 2019).
 *
 * @param operations how many, one after the other, at least 0
 * @param magnitude of all of them, 0 to 30
 * @param sampling of shears, shifts and turns
 * @param fill of what comes from outside the image, 0 to 255
 */
public record RandAugment(int operations, int magnitude, Sampling sampling, int fill)
    implements ImageTransform {
  private static final int BINS = 31;

  /** Part of an image that the AutoAugment paper shifts by, which both policies take over. */
  private static final double SHIFT = 150.0 / 331.0;

  static final List<AugmentOperation> OPERATIONS =
      List.copyOf(EnumSet.complementOf(EnumSet.of(AugmentOperation.INVERT)));

  /** Two operations of magnitude 9, nearest neighbours and black, torchvision's defaults. */
  public RandAugment() {
    this(2, 9, Sampling.NEAREST, 0);
  }

  /** Validates the arguments. */
  public RandAugment {
    Objects.requireNonNull(sampling, "sampling");
    if (operations < 0 || magnitude < 0 || magnitude >= BINS) {
      throw new IllegalArgumentException(
          "RandAugment: expected 0 or more operations and a magnitude from 0 to 30, got "
              + operations
              + " and "
              + magnitude);
    }
    NumberChecks.sample("fill", fill);
  }

  static Magnitudes magnitudes(int bins, ByteImage image) {
    return new Magnitudes(bins, 0.3, SHIFT * image.width(), SHIFT * image.height(), 30, 0.9, 8, 4);
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    Magnitudes magnitudes = magnitudes(BINS, image);
    ByteImage result = image;
    for (int i = 0; i < operations; i++) {
      AugmentOperation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
      double strength = magnitudes.of(operation, magnitude);
      boolean opposite = random.nextBoolean() && operation.isSigned();
      result = operation.apply(result, opposite ? -strength : strength, sampling, fill);
    }
    return result;
  }
}
