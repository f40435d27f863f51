package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.random.RandomGenerator;

/**
 * Mirrors left to right with a given probability: torchvision's {@code RandomHorizontalFlip}, on
 * images and on floats.
 *
 * @param probability 0 to 1
 */
public record RandomHorizontalFlip(double probability) implements ImageTransform, TensorTransform {
  /** Validates the arguments. */
  public RandomHorizontalFlip {
    Probability.require(probability, "RandomHorizontalFlip");
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    return random.nextDouble() < probability ? image.flipHorizontally() : image;
  }

  @Override
  public FloatImage apply(FloatImage image, RandomGenerator random) {
    if (random.nextDouble() < probability) {
      int width = image.shape().width();
      float[] values = image.values();
      for (int row = 0; row < values.length; row += width) {
        for (int left = row, right = row + width - 1; left < right; left++, right--) {
          float value = values[left];
          values[left] = values[right];
          values[right] = value;
        }
      }
    }
    return image;
  }
}
