package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.random.RandomGenerator;

/**
 * Changes brightness, contrast, saturation and hue by random factors, in a random order:
 * torchvision's {@code ColorJitter}.
 *
 * @param brightness b: the factor lies in {@code max(0, 1 - b) .. 1 + b}; 0 leaves it alone
 * @param contrast likewise
 * @param saturation likewise
 * @param hue h, at most 0.5: the hue turns by a share {@code -h .. h} of the circle
 */
public record ColorJitter(double brightness, double contrast, double saturation, double hue)
    implements ImageTransform {
  private static final int STEPS = 4;

  /** Validates the arguments. */
  public ColorJitter {
    Probability.requireRange(0, brightness, 0, "ColorJitter's brightness");
    Probability.requireRange(0, contrast, 0, "ColorJitter's contrast");
    Probability.requireRange(0, saturation, 0, "ColorJitter's saturation");
    if (!(hue >= 0 && hue <= 0.5)) {
      throw new IllegalArgumentException("ColorJitter: hue must be between 0 and 0.5, got " + hue);
    }
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    int[] order = Shuffle.permutation(STEPS, random);
    // All factors are drawn, used or not, so that one setting does not shift the others' numbers.
    double brighten = factor(brightness, random);
    double contrasted = factor(contrast, random);
    double saturate = factor(saturation, random);
    double turn = hue * (2 * random.nextDouble() - 1);
    ByteImage result = image;
    for (int step : order) {
      if (step == 0 && brightness > 0) {
        result = ColorAdjustment.brightness(result, brighten);
      } else if (step == 1 && contrast > 0) {
        result = ColorAdjustment.contrast(result, contrasted);
      } else if (step == 2 && saturation > 0) {
        result = ColorAdjustment.saturation(result, saturate);
      } else if (step == 3 && hue > 0) {
        result = ColorAdjustment.hue(result, turn);
      }
    }
    return result;
  }

  private static double factor(double range, RandomGenerator random) {
    double low = Math.max(0, 1 - range);
    return low + (1 + range - low) * random.nextDouble();
  }
}
