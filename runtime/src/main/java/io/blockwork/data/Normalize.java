package io.blockwork.data;

import io.blockwork.image.Normalization;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * {@code (x - mean) / std} on each channel, in single precision: torchvision's {@code Normalize}.
 */
public final class Normalize implements TensorTransform {
  private final List<Double> mean;
  private final List<Double> std;
  private final Normalization table;

  /**
   * @param mean of each channel, on the scale 0 .. 1
   * @param std standard deviation of each channel, on the same scale
   * @throws IllegalArgumentException if the lists differ in length or a deviation is not positive
   */
  public Normalize(List<Double> mean, List<Double> std) {
    Objects.requireNonNull(mean, "mean");
    Objects.requireNonNull(std, "std");
    this.mean = List.copyOf(mean);
    this.std = List.copyOf(std);
    this.table = Normalization.of(this.mean, this.std);
  }

  /** With ImageNet's mean and standard deviation. */
  public static Normalize imageNet() {
    return new Normalize(Normalization.IMAGENET_MEAN, Normalization.IMAGENET_STD);
  }

  List<Double> mean() {
    return mean;
  }

  List<Double> std() {
    return std;
  }

  /** Scaling and normalising in one step, for 8-bit images. */
  Normalization table() {
    return table;
  }

  @Override
  public FloatImage apply(FloatImage image, RandomGenerator random) {
    ImageShape shape = image.shape();
    if (shape.channels() != mean.size()) {
      throw new IllegalArgumentException(
          SafeText.format("%s has %d means, the image is %s", this, mean.size(), shape));
    }
    int plane = shape.height() * shape.width();
    float[] values = image.values();
    for (int c = 0; c < shape.channels(); c++) {
      float m = mean.get(c).floatValue();
      float s = std.get(c).floatValue();
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        values[i] = (values[i] - m) / s;
      }
    }
    return image;
  }

  @Override
  public String toString() {
    return "Normalize(mean=" + mean + ", std=" + std + ")";
  }
}
