package io.blockwork.data;

import io.blockwork.image.ByteImage;

/**
 * Changes of colour by given factors, as torchvision's functional transforms make them on PIL
 * images, with PIL's rounding.
 */
public final class ColorAdjustment {
  private static final float EDGE = 1f / 13;
  private static final float CENTRE = 5f / 13;

  private ColorAdjustment() {}

  /**
   * Blends with black.
   *
   * @param factor 0 gives black, 1 the image, 2 twice the brightness; not negative
   */
  public static ByteImage brightness(ByteImage image, double factor) {
    requireFactor(factor);
    byte[] in = image.samples();
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i] = blend(0, in[i] & 0xff, (float) factor);
    }
    return like(image, out);
  }

  /**
   * Blends with the mean of its grey version.
   *
   * @param factor 0 gives even grey, 1 the image; not negative
   */
  public static ByteImage contrast(ByteImage image, double factor) {
    requireFactor(factor);
    byte[] grey = image.toGrey().samples();
    long sum = 0;
    for (byte value : grey) {
      sum += value & 0xff;
    }
    int mean = (int) ((double) sum / grey.length + 0.5);
    byte[] in = image.samples();
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i] = blend(mean, in[i] & 0xff, (float) factor);
    }
    return like(image, out);
  }

  /**
   * Blends with its grey version; a grey image stays as it is.
   *
   * @param factor 0 gives grey, 1 the image; not negative
   */
  public static ByteImage saturation(ByteImage image, double factor) {
    requireFactor(factor);
    if (image.channels() == 1) {
      return image;
    }
    byte[] grey = image.toGrey().samples();
    byte[] in = image.samples();
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i] = blend(grey[i / 3] & 0xff, in[i] & 0xff, (float) factor);
    }
    return like(image, out);
  }

  /**
   * Blends with a smoothed version, whose pixels at the edges are the image's own. An image of
   * fewer than three rows or columns stays as it is.
   *
   * @param factor 0 gives the smoothed image, 1 the image, 2 twice the sharpness; not negative
   */
  public static ByteImage sharpness(ByteImage image, double factor) {
    requireFactor(factor);
    if (image.width() < 3 || image.height() < 3) {
      return image;
    }
    byte[] in = image.samples();
    byte[] smooth = smoothed(image);
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i] = blend(smooth[i] & 0xff, in[i] & 0xff, (float) factor);
    }
    return like(image, out);
  }

  /** PIL's SMOOTH: five parts of the pixel and one of each of its eight neighbours. */
  private static byte[] smoothed(ByteImage image) {
    byte[] in = image.samples();
    byte[] out = in.clone();
    int channels = image.channels();
    int row = image.width() * channels;
    for (int y = 1; y < image.height() - 1; y++) {
      for (int i = y * row + channels; i < (y + 1) * row - channels; i++) {
        // In PIL's order, which the rounding of single precision depends on.
        float sum = 0.5f;
        sum += line(in, i + row, channels, EDGE);
        sum += line(in, i, channels, CENTRE);
        sum += line(in, i - row, channels, EDGE);
        out[i] = (byte) Math.max(0, Math.min(255, (int) sum));
      }
    }
    return out;
  }

  private static float line(byte[] in, int at, int step, float middle) {
    return (in[at - step] & 0xff) * EDGE + (in[at] & 0xff) * middle + (in[at + step] & 0xff) * EDGE;
  }

  private static void requireFactor(double factor) {
    if (!(factor >= 0)) {
      throw new IllegalArgumentException("a factor cannot be negative, got " + factor);
    }
  }

  /** PIL truncates where it interpolates and clips where it extrapolates, in single precision. */
  private static byte blend(int from, int to, float factor) {
    float value = from + factor * (to - from);
    return (byte) Math.max(0, Math.min(255, (int) value));
  }

  /**
   * Turns the hue, in PIL's 8-bit HSV; a grey image stays as it is.
   *
   * @param turn share of the circle, -0.5 to 0.5
   */
  public static ByteImage hue(ByteImage image, double turn) {
    if (!(turn >= -0.5 && turn <= 0.5)) {
      throw new IllegalArgumentException("a hue shift must be between -0.5 and 0.5, got " + turn);
    }
    if (image.channels() == 1) {
      return image;
    }
    int shift = (int) (turn * 255);
    byte[] in = image.samples();
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i += 3) {
      turnPixel(in, out, i, shift);
    }
    return like(image, out);
  }

  private static void turnPixel(byte[] in, byte[] out, int at, int shift) {
    int red = in[at] & 0xff;
    int green = in[at + 1] & 0xff;
    int blue = in[at + 2] & 0xff;
    int value = Math.max(red, Math.max(green, blue));
    int spread = value - Math.min(red, Math.min(green, blue));
    int saturation = spread == 0 ? 0 : (int) ((float) spread / value * 255.0);
    if (saturation == 0) {
      put(out, at, (byte) value, (byte) value, (byte) value);
      return;
    }
    int hue = (hue(red, green, blue, value, spread) + shift) & 0xff;
    int sector = (int) ((float) hue * 6.0 / 255.0);
    float rest = (float) ((float) hue * 6.0 / 255.0 - sector);
    float s = (float) (saturation / 255.0);
    byte low = round(value * (1.0 - s));
    byte falling = round(value * (1.0 - s * rest));
    byte rising = round(value * (1.0 - s * (1.0 - rest)));
    byte high = (byte) value;
    switch (sector % 6) {
      case 0 -> put(out, at, high, rising, low);
      case 1 -> put(out, at, falling, high, low);
      case 2 -> put(out, at, low, high, rising);
      case 3 -> put(out, at, low, falling, high);
      case 4 -> put(out, at, rising, low, high);
      default -> put(out, at, high, low, falling);
    }
  }

  /** 0 to 255 around the circle, red at 0, truncated as PIL truncates. */
  private static int hue(int red, int green, int blue, int value, int spread) {
    float scale = spread;
    float fromRed = (value - red) / scale;
    float fromGreen = (value - green) / scale;
    float fromBlue = (value - blue) / scale;
    float sixth;
    if (red == value) {
      sixth = fromBlue - fromGreen;
    } else if (green == value) {
      sixth = (float) (2.0 + fromRed - fromBlue);
    } else {
      sixth = (float) (4.0 + fromGreen - fromRed);
    }
    // PIL's fmod(x, 1) for an x between 5/6 and 11/6, where it is exact and % is slow.
    double turn = sixth / 6.0 + 1.0;
    return (int) ((float) (turn >= 1 ? turn - 1 : turn) * 255.0);
  }

  private static byte round(double value) {
    return (byte) (int) (value + 0.5);
  }

  private static void put(byte[] out, int at, byte red, byte green, byte blue) {
    out[at] = red;
    out[at + 1] = green;
    out[at + 2] = blue;
  }

  private static ByteImage like(ByteImage image, byte[] samples) {
    return new ByteImage(image.width(), image.height(), image.channels(), samples);
  }
}
