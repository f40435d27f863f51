package io.blockwork.data;

import io.blockwork.image.AffineMap.Sampling;
import io.blockwork.image.ByteImage;
import io.blockwork.io.NumberChecks;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * One operation of fourteen, with a magnitude of 31, all equally likely: torchvision's {@code
 * TrivialAugmentWide} (Müller and Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data
 * Augmentation", 2021).
 *
 * @param sampling of shears, shifts and turns
 * @param fill of what comes from outside the image, 0 to 255
 */
public record TrivialAugmentWide(Sampling sampling, int fill) implements ImageTransform {
  private static final int BINS = 31;
  static final Magnitudes MAGNITUDES = new Magnitudes(BINS, 0.99, 32, 32, 135, 0.99, 8, 6);
  static final List<AugmentOperation> OPERATIONS =
      List.copyOf(EnumSet.complementOf(EnumSet.of(AugmentOperation.INVERT)));

  /** Nearest neighbours and black, torchvision's defaults. */
  public TrivialAugmentWide() {
    this(Sampling.NEAREST, 0);
  }

  /** Validates the arguments. */
  public TrivialAugmentWide {
    Objects.requireNonNull(sampling, "sampling");
    NumberChecks.sample("fill", fill);
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    AugmentOperation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
    double magnitude = MAGNITUDES.of(operation, random.nextInt(BINS));
    boolean opposite = random.nextBoolean() && operation.isSigned();
    return operation.apply(image, opposite ? -magnitude : magnitude, sampling, fill);
  }
}
