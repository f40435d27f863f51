package io.blockwork.data;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * Overwrites a random rectangle: torchvision's {@code RandomErasing} (Zhong et al., "Random Erasing
 * Data Augmentation", 2017). It goes after normalising.
 *
 * @param probability of erasing anything at all
 * @param minScale least share of the image's area
 * @param maxScale largest share of the image's area
 * @param minRatio least height / width
 * @param maxRatio largest height / width
 * @param value what to write; empty for normally distributed noise
 */
public record RandomErasing(
    double probability,
    double minScale,
    double maxScale,
    double minRatio,
    double maxRatio,
    OptionalDouble value)
    implements TensorTransform {
  private static final int ATTEMPTS = 10;

  /** Validates the arguments. */
  public RandomErasing {
    Objects.requireNonNull(value, "value");
    Probability.require(probability, "RandomErasing");
    Probability.requireRange(minScale, maxScale, 0, "RandomErasing's scale");
    Probability.require(maxScale, "RandomErasing's scale");
    Probability.requireRange(minRatio, maxRatio, Double.MIN_VALUE, "RandomErasing's ratio");
  }

  /** torchvision's defaults: area 2 % to 33 %, ratio 0.3 to 3.3, value 0. */
  public RandomErasing(double probability) {
    this(probability, 0.02, 0.33, 0.3, 3.3, OptionalDouble.of(0));
  }

  @Override
  public FloatImage apply(FloatImage image, RandomGenerator random) {
    if (random.nextDouble() < probability) {
      ImageShape shape = image.shape();
      choose(shape.width(), shape.height(), random)
          .ifPresent(region -> erase(image, region, random));
    }
    return image;
  }

  Optional<RandomResizedCrop.Region> choose(int width, int height, RandomGenerator random) {
    double area = (double) width * height;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double target = area * (minScale + (maxScale - minScale) * random.nextDouble());
      double low = Math.log(minRatio);
      double ratio = Math.exp(low + (Math.log(maxRatio) - low) * random.nextDouble());
      int h = (int) Math.rint(Math.sqrt(target * ratio));
      int w = (int) Math.rint(Math.sqrt(target / ratio));
      if (h < height && w < width) {
        int top = random.nextInt(height - h + 1);
        int left = random.nextInt(width - w + 1);
        return Optional.of(new RandomResizedCrop.Region(left, top, w, h));
      }
    }
    return Optional.empty();
  }

  private void erase(FloatImage image, RandomResizedCrop.Region region, RandomGenerator random) {
    ImageShape shape = image.shape();
    for (int c = 0; c < shape.channels(); c++) {
      for (int y = region.top(); y < region.top() + region.height(); y++) {
        int row = (c * shape.height() + y) * shape.width() + region.left();
        for (int i = row; i < row + region.width(); i++) {
          image.values()[i] =
              value.isPresent() ? (float) value.getAsDouble() : (float) random.nextGaussian();
        }
      }
    }
  }
}
