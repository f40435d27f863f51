package io.blockwork.image;

import io.blockwork.io.SafeText;

/**
 * Separable resampling in 8-bit fixed point, with PIL's rounding at every step.
 *
 * <p>PIL resamples rows first, then columns. The weights are computed in double precision, divided
 * by their sum and rounded to 22 bits after the point; each pass sums in 32-bit integers and rounds
 * to 8 bits. A pass along a side whose length stays is left out. Keeping all this to the letter is
 * what makes the results equal bit for bit.
 */
final class Resampling {
  /** 32 bits less 8 of the sample and 2 of head-room for weights that sum to more than 1. */
  private static final int PRECISION_BITS = 32 - 8 - 2;

  private static final int HALF = 1 << (PRECISION_BITS - 1);

  private Resampling() {}

  /** For each place along the output: its first source pixel, their number, and their weights. */
  private record Weights(int[] first, int[] count, int[] fixedPoint, int stride) {

    static Weights of(int in, int out, Interpolation interpolation) {
      double scale = (double) in / out;
      double filterScale = Math.max(scale, 1);
      double support = interpolation.radius() * filterScale;
      double inverse = 1 / filterScale;
      int stride = (int) Math.ceil(support) * 2 + 1;
      int[] first = new int[out];
      int[] count = new int[out];
      int[] fixedPoint = new int[Math.multiplyExact(out, stride)];
      double[] row = new double[stride];
      for (int i = 0; i < out; i++) {
        double center = (i + 0.5) * scale;
        int begin = Math.max(0, (int) (center - support + 0.5));
        int n = Math.min(in, (int) (center + support + 0.5)) - begin;
        double sum = 0;
        for (int k = 0; k < n; k++) {
          row[k] = interpolation.weight((k + begin - center + 0.5) * inverse);
          sum += row[k];
        }
        for (int k = 0; k < n; k++) {
          double weight = (sum == 0 ? row[k] : row[k] / sum) * (1 << PRECISION_BITS);
          fixedPoint[i * stride + k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        first[i] = begin;
        count[i] = n;
      }
      return new Weights(first, count, fixedPoint, stride);
    }
  }

  static ByteImage resize(ByteImage image, int width, int height, Interpolation interpolation) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          SafeText.format("cannot resize to %d x %d: both must be at least 1", width, height));
    }
    ByteImage result = image;
    if (width != image.width()) {
      result = rows(result, width, Weights.of(image.width(), width, interpolation));
    }
    if (height != image.height()) {
      result = columns(result, height, Weights.of(image.height(), height, interpolation));
    }
    return result;
  }

  private static ByteImage rows(ByteImage image, int width, Weights weights) {
    int channels = image.channels();
    byte[] in = image.samples();
    byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, image.height()), channels)];
    int o = 0;
    for (int y = 0; y < image.height(); y++) {
      int row = y * image.width() * channels;
      for (int x = 0; x < width; x++) {
        int from = row + weights.first[x] * channels;
        int n = weights.count[x];
        int w = x * weights.stride;
        if (channels == 3) {
          int red = HALF;
          int green = HALF;
          int blue = HALF;
          for (int k = 0; k < n; k++, from += 3) {
            int weight = weights.fixedPoint[w + k];
            red += (in[from] & 0xff) * weight;
            green += (in[from + 1] & 0xff) * weight;
            blue += (in[from + 2] & 0xff) * weight;
          }
          out[o++] = toByte(red);
          out[o++] = toByte(green);
          out[o++] = toByte(blue);
        } else {
          int sum = HALF;
          for (int k = 0; k < n; k++) {
            sum += (in[from + k] & 0xff) * weights.fixedPoint[w + k];
          }
          out[o++] = toByte(sum);
        }
      }
    }
    return new ByteImage(width, image.height(), channels, out);
  }

  private static ByteImage columns(ByteImage image, int height, Weights weights) {
    int stride = image.width() * image.channels();
    byte[] in = image.samples();
    byte[] out = new byte[Math.multiplyExact(stride, height)];
    int[] sums = new int[stride];
    for (int y = 0; y < height; y++) {
      java.util.Arrays.fill(sums, HALF);
      // Whole rows at a time: each inner loop runs along memory, and the JIT makes vectors of it.
      for (int k = 0; k < weights.count[y]; k++) {
        int weight = weights.fixedPoint[y * weights.stride + k];
        int from = (weights.first[y] + k) * stride;
        for (int i = 0; i < stride; i++) {
          sums[i] += (in[from + i] & 0xff) * weight;
        }
      }
      for (int i = 0; i < stride; i++) {
        out[y * stride + i] = toByte(sums[i]);
      }
    }
    return new ByteImage(image.width(), height, image.channels(), out);
  }

  private static byte toByte(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> PRECISION_BITS));
  }
}
