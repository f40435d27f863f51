package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.NumberChecks;
import java.util.function.IntUnaryOperator;

/**
 * Changes of tone value by value, as torchvision's functional transforms make them on PIL images
 * (PIL's {@code ImageOps}), channel by channel where an image's own values decide.
 */
public final class ToneAdjustment {
  private static final int VALUES = 256;
  private static final int LARGEST = 255;

  private ToneAdjustment() {}

  /**
   * Keeps the upper bits of every sample.
   *
   * @param bits 0 to 8
   * @throws IllegalArgumentException if it is out of range
   */
  public static ByteImage posterize(ByteImage image, int bits) {
    if (bits < 0 || bits > 8) {
      throw new IllegalArgumentException("posterize: expected 0 to 8 bits, got " + bits);
    }
    int mask = -1 << (8 - bits);
    return map(image, value -> value & mask);
  }

  /** Inverts every sample that is not below the threshold. */
  public static ByteImage solarize(ByteImage image, double threshold) {
    NumberChecks.finite("threshold", threshold);
    return map(image, value -> value < threshold ? value : LARGEST - value);
  }

  /** Inverts every sample. */
  public static ByteImage invert(ByteImage image) {
    return map(image, value -> LARGEST - value);
  }

  /** Stretches each channel so that its darkest sample becomes 0 and its lightest 255. */
  public static ByteImage autoContrast(ByteImage image) {
    IntUnaryOperator[] curves = new IntUnaryOperator[image.channels()];
    for (int channel = 0; channel < curves.length; channel++) {
      curves[channel] = stretch(histogram(image, channel));
    }
    return map(image, curves);
  }

  private static IntUnaryOperator stretch(int... histogram) {
    int low = 0;
    while (histogram[low] == 0) {
      low++;
    }
    int high = LARGEST;
    while (histogram[high] == 0) {
      high--;
    }
    if (high <= low) {
      return value -> value;
    }
    double scale = (double) LARGEST / (high - low);
    double offset = -low * scale;
    return value -> (int) (value * scale + offset);
  }

  /** Spreads each channel's samples so that all values are about equally frequent. */
  public static ByteImage equalize(ByteImage image) {
    IntUnaryOperator[] curves = new IntUnaryOperator[image.channels()];
    for (int channel = 0; channel < curves.length; channel++) {
      curves[channel] = level(histogram(image, channel));
    }
    return map(image, curves);
  }

  private static IntUnaryOperator level(int... histogram) {
    int kinds = 0;
    int last = 0;
    int sum = 0;
    for (int count : histogram) {
      kinds += count > 0 ? 1 : 0;
      last = count > 0 ? count : last;
      sum += count;
    }
    int step = (sum - last) / LARGEST;
    if (kinds <= 1 || step == 0) {
      return value -> value;
    }
    int[] levels = new int[VALUES];
    int before = step / 2;
    for (int value = 0; value < VALUES; value++) {
      levels[value] = before / step;
      before += histogram[value];
    }
    return value -> levels[value];
  }

  private static int[] histogram(ByteImage image, int channel) {
    int[] counts = new int[VALUES];
    byte[] samples = image.samples();
    for (int i = channel; i < samples.length; i += image.channels()) {
      counts[samples[i] & 0xff]++;
    }
    return counts;
  }

  /**
   * Each sample through a curve.
   *
   * @param curves one for all channels, or one for each; what they give is clipped to 0 .. 255
   */
  private static ByteImage map(ByteImage image, IntUnaryOperator... curves) {
    byte[][] tables = new byte[image.channels()][VALUES];
    for (int channel = 0; channel < tables.length; channel++) {
      IntUnaryOperator curve = curves[Math.min(channel, curves.length - 1)];
      for (int value = 0; value < VALUES; value++) {
        tables[channel][value] = (byte) Math.max(0, Math.min(LARGEST, curve.applyAsInt(value)));
      }
    }
    byte[] in = image.samples();
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i] = tables[i % tables.length][in[i] & 0xff];
    }
    return new ByteImage(image.width(), image.height(), image.channels(), out);
  }
}
