package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Interpolation;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Cuts out a rectangle of random area and shape and resizes it to a square: torchvision's {@code
 * RandomResizedCrop}, the augmentation of the Inception paper.
 *
 * @param size side of the result, in pixels
 * @param minScale least share of the image's area
 * @param maxScale largest share of the image's area
 * @param minRatio least width / height
 * @param maxRatio largest width / height
 * @param interpolation how to resize
 */
public record RandomResizedCrop(
    int size,
    double minScale,
    double maxScale,
    double minRatio,
    double maxRatio,
    Interpolation interpolation)
    implements ImageTransform {
  private static final int ATTEMPTS = 10;

  /** Validates the arguments. */
  public RandomResizedCrop {
    Objects.requireNonNull(interpolation, "interpolation");
    if (size < 1) {
      throw new IllegalArgumentException("RandomResizedCrop: the size must be positive: " + size);
    }
    Probability.requireRange(minScale, maxScale, Double.MIN_VALUE, "RandomResizedCrop's scale");
    Probability.requireRange(minRatio, maxRatio, Double.MIN_VALUE, "RandomResizedCrop's ratio");
  }

  /** torchvision's defaults: area 8 % to 100 %, ratio 3/4 to 4/3, bilinear. */
  public RandomResizedCrop(int size) {
    this(size, 0.08, 1);
  }

  /** The usual ratios, 3/4 to 4/3, and bilinear. */
  public RandomResizedCrop(int size, double minScale, double maxScale) {
    this(size, minScale, maxScale, 3.0 / 4, 4.0 / 3, Interpolation.BILINEAR);
  }

  /** A rectangle of an image: what is to be cut out. */
  record Region(int left, int top, int width, int height) {}

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    Region region = choose(image.width(), image.height(), random);
    return image
        .crop(region.left, region.top, region.width, region.height)
        .resize(size, size, interpolation);
  }

  Region choose(int width, int height, RandomGenerator random) {
    double area = (double) width * height;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double target = area * uniform(minScale, maxScale, random);
      double ratio = Math.exp(uniform(Math.log(minRatio), Math.log(maxRatio), random));
      int w = (int) Math.rint(Math.sqrt(target * ratio));
      int h = (int) Math.rint(Math.sqrt(target / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        int top = random.nextInt(height - h + 1);
        return new Region(random.nextInt(width - w + 1), top, w, h);
      }
    }
    return fallback(width, height);
  }

  /** As much of the middle as the ratios allow. */
  Region fallback(int width, int height) {
    double ratio = (double) width / height;
    int w = ratio > maxRatio ? (int) Math.rint(height * maxRatio) : width;
    int h = ratio < minRatio ? (int) Math.rint(width / minRatio) : height;
    return new Region((width - w) / 2, (height - h) / 2, w, h);
  }

  private static double uniform(double low, double high, RandomGenerator random) {
    return low + (high - low) * random.nextDouble();
  }
}
