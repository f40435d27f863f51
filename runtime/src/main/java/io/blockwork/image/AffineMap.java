package io.blockwork.image;

import io.blockwork.io.NumberChecks;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Objects;

/**
 * Where each pixel of a new image comes from: {@code (a x + b y + c, d x + e y + f)}, as PIL's
 * {@code Image.transform} with {@code AFFINE} has it. The new image has the old one's size.
 *
 * @param a of x, for x
 * @param b of y, for x
 * @param c what is added to x
 * @param d of x, for y
 * @param e of y, for y
 * @param f what is added to y
 */
public record AffineMap(double a, double b, double c, double d, double e, double f) {
  private static final int FIXED_BITS = 16;
  private static final double FIXED_ONE = 1 << FIXED_BITS;

  /** From where PIL's fixed-point numbers do not reach. */
  private static final double FIXED_LIMIT = 32768;

  /** How a place between pixels gets its value. */
  public enum Sampling {
    /** That of the pixel it lies in: PIL's {@code NEAREST}. */
    NEAREST,
    /** Between the four pixels around it: PIL's {@code BILINEAR}. */
    BILINEAR
  }

  /** Checks the numbers. */
  public AffineMap {
    for (double each : new double[] {a, b, c, d, e, f}) {
      NumberChecks.finite("affine map", each);
    }
  }

  /**
   * Turns an image around its centre: PIL's {@code rotate}, which torchvision's calls.
   *
   * @param degrees counter-clockwise, any number
   */
  public static ByteImage rotate(ByteImage image, double degrees, Sampling sampling, int fill) {
    Objects.requireNonNull(sampling, "sampling");
    NumberChecks.finite("degrees", degrees);
    NumberChecks.sample("fill", fill);
    double turn = degrees % 360 < 0 ? degrees % 360 + 360 : degrees % 360;
    if (turn == 0) {
      return image;
    }
    double angle = -Math.toRadians(turn);
    double cos = rounded(Math.cos(angle));
    double sin = rounded(Math.sin(angle));
    double x = image.width() / 2.0;
    double y = image.height() / 2.0;
    AffineMap map =
        new AffineMap(
            cos, sin, cos * -x + sin * -y + 0.0 + x, -sin, cos, -sin * -x + cos * -y + 0.0 + y);
    return map.apply(image, sampling, fill);
  }

  /** PIL rounds to 15 digits, so that quarter turns are exact. */
  private static double rounded(double value) {
    return new BigDecimal(value).setScale(15, RoundingMode.HALF_EVEN).doubleValue();
  }

  /**
   * Shears and shifts, as torchvision's {@code affine} on PIL images without rotation and scaling,
   * around the upper left corner.
   *
   * @param shearX pixels to the left for each row downwards
   * @param shearY pixels upwards for each column to the right
   */
  public static AffineMap shear(double shearX, double shearY) {
    NumberChecks.finite("shear of x", shearX);
    NumberChecks.finite("shear of y", shearY);
    // By way of degrees, as torchvision goes: the rounding is part of the result.
    double sx = Math.toRadians(Math.toDegrees(Math.atan(shearX)));
    double sy = Math.toRadians(Math.toDegrees(Math.atan(shearY)));
    double a = Math.cos(-sy) / Math.cos(sy);
    double b = -Math.cos(-sy) * Math.tan(sx) / Math.cos(sy);
    double c = Math.sin(-sy) / Math.cos(sy);
    double d = -Math.sin(-sy) * Math.tan(sx) / Math.cos(sy) + 1;
    return new AffineMap(d, -b, 0, -c, a, 0);
  }

  /** Shifts an image to the right and downwards. */
  public static AffineMap shift(int right, int down) {
    return new AffineMap(1, 0, -right, 0, 1, -down);
  }

  /**
   * The image that this maps to the given one.
   *
   * @param fill of what lies outside the given image, 0 to 255, for every channel
   */
  public ByteImage apply(ByteImage image, Sampling sampling, int fill) {
    byte[] out = new byte[image.samples().length];
    Arrays.fill(out, (byte) fill);
    if (sampling == Sampling.BILINEAR) {
      interpolate(image, out);
    } else if (b == 0 && d == 0) {
      scale(image, out);
    } else if (fitsFixedPoint(image.width(), image.height())) {
      walkInFixedPoint(image, out);
    } else {
      walk(image, out);
    }
    return new ByteImage(image.width(), image.height(), image.channels(), out);
  }

  /** Rows and columns by themselves, as PIL's ImagingScaleAffine. */
  private void scale(ByteImage image, byte[] out) {
    int width = image.width();
    int[] from = new int[width];
    double x = c + a * 0.5;
    for (int column = 0; column < width; column++) {
      from[column] = x < 0 ? -1 : (int) x;
      x += a;
    }
    double y = f + e * 0.5;
    for (int row = 0; row < image.height(); row++) {
      int line = y < 0 ? -1 : (int) y;
      for (int column = 0; column < width; column++) {
        copy(image, from[column], line, out, column, row);
      }
      y += e;
    }
  }

  private boolean fitsFixedPoint(int width, int height) {
    for (int x : new int[] {0, width}) {
      for (int y : new int[] {0, height}) {
        if (Math.abs(x * a + y * b + c) >= FIXED_LIMIT
            || Math.abs(x * d + y * e + f) >= FIXED_LIMIT) {
          return false;
        }
      }
    }
    return true;
  }

  /** The nearest pixel in numbers of 16 bits before and behind the point, as PIL's affine_fixed. */
  private void walkInFixedPoint(ByteImage image, byte[] out) {
    int stepX = fixed(a);
    int stepY = fixed(d);
    int rowX = fixed(c + a * 0.5 + b * 0.5);
    int rowY = fixed(f + d * 0.5 + e * 0.5);
    for (int row = 0; row < image.height(); row++) {
      int x = rowX;
      int y = rowY;
      for (int column = 0; column < image.width(); column++) {
        copy(image, x >> FIXED_BITS, y >> FIXED_BITS, out, column, row);
        x += stepX;
        y += stepY;
      }
      rowX += fixed(b);
      rowY += fixed(e);
    }
  }

  private static int fixed(double value) {
    return (int) Math.floor(value * FIXED_ONE + 0.5);
  }

  /** The same for very large images. */
  private void walk(ByteImage image, byte[] out) {
    for (int row = 0; row < image.height(); row++) {
      for (int column = 0; column < image.width(); column++) {
        double x = a * (column + 0.5) + b * (row + 0.5) + c;
        double y = d * (column + 0.5) + e * (row + 0.5) + f;
        copy(image, x < 0 ? -1 : (int) x, y < 0 ? -1 : (int) y, out, column, row);
      }
    }
  }

  private static void copy(ByteImage image, int x, int y, byte[] out, int column, int row) {
    if (x >= 0 && x < image.width() && y >= 0 && y < image.height()) {
      int channels = image.channels();
      int from = (y * image.width() + x) * channels;
      int to = (row * image.width() + column) * channels;
      for (int channel = 0; channel < channels; channel++) {
        out[to + channel] = image.samples()[from + channel];
      }
    }
  }

  /** Between four pixels, truncated, as PIL's ImagingGenericTransform. */
  private void interpolate(ByteImage image, byte[] out) {
    int width = image.width();
    int height = image.height();
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        double x = a * (column + 0.5) + b * (row + 0.5) + c;
        double y = d * (column + 0.5) + e * (row + 0.5) + f;
        if (x >= 0 && x < width && y >= 0 && y < height) {
          int to = (row * width + column) * image.channels();
          for (int channel = 0; channel < image.channels(); channel++) {
            out[to + channel] = (byte) (int) between(image, x - 0.5, y - 0.5, channel);
          }
        }
      }
    }
  }

  private static double between(ByteImage image, double x, double y, int channel) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double above = line(image, x, left, Math.max(0, top), channel);
    double below = top + 1 < image.height() ? line(image, x, left, top + 1, channel) : above;
    return above + (below - above) * (y - top);
  }

  private static double line(ByteImage image, double x, int left, int row, int channel) {
    int first = image.sample(Math.max(0, left), row, channel);
    int second = image.sample(Math.min(image.width() - 1, left + 1), row, channel);
    return first + (second - first) * (x - left);
  }
}
