package io.blockwork.data;

import io.blockwork.image.AffineMap.Sampling;
import io.blockwork.image.ByteImage;
import io.blockwork.io.NumberChecks;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Two operations of a policy that was searched for a data set: torchvision's {@code AutoAugment}
 * (Cubuk and others, "AutoAugment: Learning Augmentation Strategies from Data", 2018, tables 7 to
 * 9).
 *
 * @param policy what was searched for
 * @param sampling of shears, shifts and turns
 * @param fill of what comes from outside the image, 0 to 255
 */
public record AutoAugment(Policy policy, Sampling sampling, int fill) implements ImageTransform {
  private static final int BINS = 10;

  /** Nearest neighbours and black, torchvision's defaults. */
  public AutoAugment(Policy policy) {
    this(policy, Sampling.NEAREST, 0);
  }

  /** Validates the arguments. */
  public AutoAugment {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(sampling, "sampling");
    NumberChecks.sample("fill", fill);
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    Pair pair = policy.pairs.get(random.nextInt(policy.pairs.size()));
    Magnitudes magnitudes = RandAugment.magnitudes(BINS, image);
    ByteImage result = image;
    for (Step step : List.of(pair.first(), pair.second())) {
      boolean happens = random.nextDouble() <= step.probability();
      boolean opposite = random.nextBoolean() && step.operation().isSigned();
      if (happens) {
        double magnitude = magnitudes.of(step.operation(), step.bin());
        double signed = opposite ? -magnitude : magnitude;
        result = step.operation().apply(result, signed, sampling, fill);
      }
    }
    return result;
  }

  /**
   * An operation of a policy.
   *
   * @param probability of running it
   * @param bin of its magnitude, 0 to 9
   */
  record Step(AugmentOperation operation, double probability, int bin) {
    /** Of a policy's text: {@code shear_x 0.9 4}, without a last number for no magnitude. */
    static Step of(String text) {
      String[] words = text.strip().split(" ", -1);
      return new Step(
          AugmentOperation.valueOf(words[0].toUpperCase(java.util.Locale.ROOT)),
          Double.parseDouble(words[1]),
          words.length > 2 ? Integer.parseInt(words[2]) : 0);
    }
  }

  /** Two operations that follow each other. */
  record Pair(Step first, Step second) {
    static Pair of(String line) {
      String[] steps = line.split(",", -1);
      return new Pair(Step.of(steps[0]), Step.of(steps[1]));
    }
  }

  /** The data set that a policy was searched for. */
  public enum Policy {
    /** ImageNet. */
    IMAGENET(
        """
        posterize 0.4 8, rotate 0.6 9
        solarize 0.6 5, auto_contrast 0.6
        equalize 0.8, equalize 0.6
        posterize 0.6 7, posterize 0.6 6
        equalize 0.4, solarize 0.2 4
        equalize 0.4, rotate 0.8 8
        solarize 0.6 3, equalize 0.6
        posterize 0.8 5, equalize 1.0
        rotate 0.2 3, solarize 0.6 8
        equalize 0.6, posterize 0.4 6
        rotate 0.8 8, color 0.4 0
        rotate 0.4 9, equalize 0.6
        equalize 0.0, equalize 0.8
        invert 0.6, equalize 1.0
        color 0.6 4, contrast 1.0 8
        rotate 0.8 8, color 1.0 2
        color 0.8 8, solarize 0.8 7
        sharpness 0.4 7, invert 0.6
        shear_x 0.6 5, equalize 1.0
        color 0.4 0, equalize 0.6
        equalize 0.4, solarize 0.2 4
        solarize 0.6 5, auto_contrast 0.6
        invert 0.6, equalize 1.0
        color 0.6 4, contrast 1.0 8
        equalize 0.8, equalize 0.6
        """),
    /** CIFAR-10. */
    CIFAR10(
        """
        invert 0.1, contrast 0.2 6
        rotate 0.7 2, translate_x 0.3 9
        sharpness 0.8 1, sharpness 0.9 3
        shear_y 0.5 8, translate_y 0.7 9
        auto_contrast 0.5, equalize 0.9
        shear_y 0.2 7, posterize 0.3 7
        color 0.4 3, brightness 0.6 7
        sharpness 0.3 9, brightness 0.7 9
        equalize 0.6, equalize 0.5
        contrast 0.6 7, sharpness 0.6 5
        color 0.7 7, translate_x 0.5 8
        equalize 0.3, auto_contrast 0.4
        translate_y 0.4 3, sharpness 0.2 6
        brightness 0.9 6, color 0.2 8
        solarize 0.5 2, invert 0.0
        equalize 0.2, auto_contrast 0.6
        equalize 0.2, equalize 0.6
        color 0.9 9, equalize 0.6
        auto_contrast 0.8, solarize 0.2 8
        brightness 0.1 3, color 0.7 0
        solarize 0.4 5, auto_contrast 0.9
        translate_y 0.9 9, translate_y 0.7 9
        auto_contrast 0.9, solarize 0.8 3
        equalize 0.8, invert 0.1
        translate_y 0.7 9, auto_contrast 0.9
        """),
    /** Street View House Numbers. */
    SVHN(
        """
        shear_x 0.9 4, invert 0.2
        shear_y 0.9 8, invert 0.7
        equalize 0.6, solarize 0.6 6
        invert 0.9, equalize 0.6
        equalize 0.6, rotate 0.9 3
        shear_x 0.9 4, auto_contrast 0.8
        shear_y 0.9 8, invert 0.4
        shear_y 0.9 5, solarize 0.2 6
        invert 0.9, auto_contrast 0.8
        equalize 0.6, rotate 0.9 3
        shear_x 0.9 4, solarize 0.3 3
        shear_y 0.8 8, invert 0.7
        equalize 0.9, translate_y 0.6 6
        invert 0.9, equalize 0.6
        contrast 0.3 3, rotate 0.8 4
        invert 0.8, translate_y 0.0 2
        shear_y 0.7 6, solarize 0.4 8
        invert 0.6, rotate 0.8 4
        shear_y 0.3 7, translate_x 0.9 3
        shear_x 0.1 6, invert 0.6
        solarize 0.7 2, translate_y 0.6 7
        shear_y 0.8 4, invert 0.8
        shear_x 0.7 9, translate_y 0.8 3
        shear_y 0.8 5, auto_contrast 0.7
        shear_x 0.7 2, invert 0.1
        """);

    private final List<Pair> pairs;

    Policy(String lines) {
      pairs = lines.lines().map(Pair::of).toList();
    }

    /** The pairs, of which one is drawn. */
    List<Pair> pairs() {
      return pairs;
    }
  }
}
