package io.blockwork.image;

import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Objects;

/**
 * Scaling of 8-bit samples to 0 .. 1 and normalising them, as a table of 256 values a channel.
 *
 * <p>The entries are computed in single precision in torchvision's order, {@code (v / 255 - mean) /
 * std}, so they are torchvision's numbers to the last bit.
 */
public final class Normalization {
  /** Mean of ImageNet's red, green and blue, scaled to 0 .. 1. */
  public static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);

  /** Standard deviation of ImageNet's red, green and blue, scaled to 0 .. 1. */
  public static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

  private final float[][] tables;

  private Normalization(float[][] tables) {
    this.tables = tables;
  }

  /**
   * A table for each channel.
   *
   * @throws IllegalArgumentException if the lists differ in length or a deviation is not positive
   */
  public static Normalization of(List<Double> mean, List<Double> std) {
    require(mean, std, mean.size());
    float[][] tables = new float[mean.size()][256];
    for (int c = 0; c < tables.length; c++) {
      for (int v = 0; v < 256; v++) {
        tables[c][v] = (v / 255f - mean.get(c).floatValue()) / std.get(c).floatValue();
      }
    }
    return new Normalization(tables);
  }

  /** Scaling to 0 .. 1 alone (torchvision's {@code ToTensor}). */
  public static Normalization none(int channels) {
    return of(
        java.util.Collections.nCopies(channels, 0.0), java.util.Collections.nCopies(channels, 1.0));
  }

  /** Number of channels that there is a table for. */
  public int channels() {
    return tables.length;
  }

  static void require(List<Double> mean, List<Double> std, int channels) {
    if (mean.size() != channels || std.size() != channels) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected a mean and a standard deviation for each of the %d channels, got %s and %s",
              channels, mean, std));
    }
    if (!std.stream().allMatch(s -> s > 0)) {
      throw new IllegalArgumentException("standard deviations must be positive, got " + std);
    }
  }

  /**
   * Writes the image as planes {@code [C, H, W]}.
   *
   * @param out written from {@code offset} on, {@code C * H * W} values
   * @throws IllegalArgumentException if the image has another number of channels
   */
  public void write(ByteImage image, float[] out, int offset) {
    Objects.requireNonNull(out, "out");
    int channels = image.channels();
    if (channels != tables.length) {
      throw new IllegalArgumentException(
          SafeText.format("expected an image of %d channels, got %d", tables.length, channels));
    }
    byte[] samples = image.samples();
    int plane = samples.length / channels;
    for (int c = 0; c < channels; c++) {
      float[] table = tables[c];
      int o = offset + c * plane;
      for (int i = 0, s = c; i < plane; i++, s += channels) {
        out[o + i] = table[samples[s] & 0xff];
      }
    }
  }
}
