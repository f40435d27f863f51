package io.blockwork.data;

import io.blockwork.image.AffineMap.Sampling;
import io.blockwork.image.ByteImage;
import io.blockwork.io.NumberChecks;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Mixes an image with several chains of operations on it (Hendrycks and others, "AugMix: A Simple
 * Data Processing Method to Improve Robustness and Uncertainty", 2019), with torchvision's
 * operations, magnitudes and defaults. As in the authors' code the operations run on 8-bit images;
 * torchvision's {@code AugMix} makes tensors first, whose turns and shears round otherwise.
 *
 * @param severity of the operations, 1 to 10
 * @param width chains, at least 1
 * @param depth operations in a chain; negative: 1 to 3, at random
 * @param alpha of the Dirichlet and Beta distributions of the shares, positive
 * @param allOperations whether brightness, colour, contrast and sharpness are among them
 * @param sampling of shears, shifts and turns
 * @param fill of what comes from outside the image, 0 to 255
 */
public record AugMix(
    int severity,
    int width,
    int depth,
    double alpha,
    boolean allOperations,
    Sampling sampling,
    int fill)
    implements ImageTransform {
  private static final int BINS = 10;
  private static final int DEEPEST = 3;

  /** torchvision's defaults: severity 3, three chains of 1 to 3 operations, alpha 1, bilinear. */
  public AugMix() {
    this(3, 3, -1, 1, true, Sampling.BILINEAR, 0);
  }

  /** Validates the arguments. */
  public AugMix {
    Objects.requireNonNull(sampling, "sampling");
    if (severity < 1 || severity > BINS || width < 1 || depth == 0 || depth < -1 || !(alpha > 0)) {
      throw new IllegalArgumentException(
          "AugMix: expected a severity from 1 to 10, at least 1 chain, a depth of at least 1 (-1: a"
              + " random one) and a positive alpha, got "
              + List.of(severity, width, depth, alpha));
    }
    NumberChecks.sample("fill", fill);
  }

  /** An operation of a chain, its magnitude signed. */
  record Step(AugmentOperation operation, double magnitude) {}

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    double augmented = Beta.sample(alpha, random);
    double[] shares = Beta.dirichlet(alpha, width, random);
    Magnitudes magnitudes = magnitudes(image);
    List<List<Step>> chains =
        Stream.generate(() -> chain(magnitudes, random)).limit(width).toList();
    return mixed(image, augmented, chains, shares);
  }

  /**
   * The image and what chains of operations make of it, mixed.
   *
   * @param augmented share of the chains, 0 to 1
   * @param shares of each chain in that
   */
  ByteImage mixed(ByteImage image, double augmented, List<List<Step>> chains, double... shares) {
    float[] mixed = new float[image.samples().length];
    add(mixed, image, (float) (1 - augmented));
    for (int i = 0; i < shares.length; i++) {
      ByteImage result = image;
      for (Step step : chains.get(i)) {
        result = step.operation.apply(result, step.magnitude, sampling, fill);
      }
      add(mixed, result, (float) (shares[i] * augmented));
    }
    return truncated(image, mixed);
  }

  List<AugmentOperation> operations() {
    EnumSet<AugmentOperation> chosen = EnumSet.allOf(AugmentOperation.class);
    chosen.remove(AugmentOperation.IDENTITY);
    chosen.remove(AugmentOperation.INVERT);
    if (!allOperations) {
      chosen.removeAll(EnumSet.range(AugmentOperation.BRIGHTNESS, AugmentOperation.SHARPNESS));
    }
    return List.copyOf(chosen);
  }

  private List<Step> chain(Magnitudes magnitudes, RandomGenerator random) {
    List<AugmentOperation> operations = operations();
    int length = depth > 0 ? depth : 1 + random.nextInt(DEEPEST);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      AugmentOperation operation = operations.get(random.nextInt(operations.size()));
      double magnitude = magnitudes.of(operation, random.nextInt(severity));
      boolean opposite = random.nextBoolean() && operation.isSigned();
      steps.add(new Step(operation, opposite ? -magnitude : magnitude));
    }
    return steps;
  }

  static Magnitudes magnitudes(ByteImage image) {
    return new Magnitudes(BINS, 0.3, image.width() / 3.0, image.height() / 3.0, 30, 0.9, 4, 4);
  }

  private static void add(float[] mixed, ByteImage image, float share) {
    byte[] samples = image.samples();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] += share * (samples[i] & 0xff);
    }
  }

  private static ByteImage truncated(ByteImage like, float... mixed) {
    byte[] samples = new byte[mixed.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) Math.max(0, Math.min(255, (int) mixed[i]));
    }
    return new ByteImage(like.width(), like.height(), like.channels(), samples);
  }
}
