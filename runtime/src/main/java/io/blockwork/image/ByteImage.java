package io.blockwork.image;

import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Objects;

/**
 * An image of 8-bit samples, grey or RGB: what PIL's modes {@code L} and {@code RGB} are.
 *
 * <p>Samples lie row by row, the channels of a pixel beside each other ({@code [H, W, C]}). The
 * operations return new images and leave this one as it is.
 */
public final class ByteImage {
  private final int width;
  private final int height;
  private final int channels;
  private final byte[] samples;

  /**
   * An image over the given samples, which are not copied: they must not change afterwards.
   *
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   * @param channels 1 (grey) or 3 (RGB)
   * @param samples {@code height * width * channels} unsigned bytes, {@code [H, W, C]}
   * @throws IllegalArgumentException if the sizes are not positive or the array's length is another
   */
  public ByteImage(int width, int height, int channels, byte[] samples) {
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "an image needs at least one pixel and 1 or 3 channels, got %d x %d with %d channels",
              width, height, channels));
    }
    if (samples.length != (long) width * height * channels) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%d x %d pixels of %d channels need %d samples, got %d",
              width, height, channels, (long) width * height * channels, samples.length));
    }
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.samples = samples;
  }

  /** Pixels in a row. */
  public int width() {
    return width;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** 1 for grey, 3 for RGB. */
  public int channels() {
    return channels;
  }

  /** The sample of a channel at a pixel, 0 to 255. */
  public int sample(int x, int y, int channel) {
    Objects.checkIndex(x, width);
    Objects.checkIndex(y, height);
    Objects.checkIndex(channel, channels);
    return samples[(y * width + x) * channels + channel] & 0xff;
  }

  /** The samples themselves, {@code [H, W, C]}; not to be written to. */
  public byte[] samples() {
    return samples;
  }

  /**
   * The pixels inside the given rectangle; what lies outside the image is 0, as in torchvision's
   * {@code crop}.
   *
   * @throws IllegalArgumentException if the rectangle is empty
   */
  public ByteImage crop(int left, int top, int cropWidth, int cropHeight) {
    return crop(left, top, cropWidth, cropHeight, 0);
  }

  /**
   * The pixels inside the given rectangle, and {@code fill} for what lies outside the image.
   *
   * @param fill 0 to 255, for every channel
   * @throws IllegalArgumentException if the rectangle is empty
   */
  public ByteImage crop(int left, int top, int cropWidth, int cropHeight, int fill) {
    NumberChecks.sample("fill", fill);
    byte[] out = new byte[sampleCount(cropWidth, cropHeight)];
    int from = Math.max(0, left);
    int to = (int) Math.min(width, (long) left + cropWidth);
    long end = (long) top + cropHeight;
    boolean inside = left >= 0 && top >= 0 && (long) left + cropWidth <= width && end <= height;
    if (!inside && fill != 0) {
      Arrays.fill(out, (byte) fill);
    }
    if (from < to) {
      int length = (to - from) * channels;
      for (int y = Math.max(0, top); y < Math.min(height, end); y++) {
        System.arraycopy(
            samples,
            (y * width + from) * channels,
            out,
            ((y - top) * cropWidth + from - left) * channels,
            length);
      }
    }
    return new ByteImage(cropWidth, cropHeight, channels, out);
  }

  private int sampleCount(int w, int h) {
    if (w < 1 || h < 1) {
      throw new IllegalArgumentException("a crop needs at least one pixel, got " + w + " x " + h);
    }
    return Math.multiplyExact(Math.multiplyExact(w, h), channels);
  }

  /**
   * The middle of the image, with torchvision's rounding: half a pixel goes to the even offset, and
   * an image that is too small is padded with 0, the odd row or column after it.
   */
  public ByteImage centerCrop(int cropWidth, int cropHeight) {
    int padLeft = Math.max(0, (cropWidth - width) / 2);
    int padTop = Math.max(0, (cropHeight - height) / 2);
    // Padding, if any, makes that side exactly as long as the crop, so nothing is left to centre.
    int left = cropWidth > width ? -padLeft : (int) Math.rint((width - cropWidth) / 2.0);
    int top = cropHeight > height ? -padTop : (int) Math.rint((height - cropHeight) / 2.0);
    return crop(left, top, cropWidth, cropHeight);
  }

  /**
   * The image at another size, resampled as PIL's {@code resize} does it.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public ByteImage resize(int newWidth, int newHeight, Interpolation interpolation) {
    return Resampling.resize(this, newWidth, newHeight, interpolation);
  }

  /**
   * The image with its shorter side resized to {@code shorterSide} and the other in proportion,
   * rounded down, as torchvision's {@code Resize(int)}.
   *
   * @throws IllegalArgumentException if the size is not positive
   */
  public ByteImage resizeShorterSide(int shorterSide, Interpolation interpolation) {
    if (width <= height) {
      return resize(shorterSide, longer(shorterSide, height, width), interpolation);
    }
    return resize(longer(shorterSide, width, height), shorterSide, interpolation);
  }

  private static int longer(int shorterSide, int longSide, int shortSide) {
    return Math.toIntExact((long) shorterSide * longSide / shortSide);
  }

  /** The image mirrored left to right. */
  public ByteImage flipHorizontally() {
    byte[] out = new byte[samples.length];
    int stride = width * channels;
    for (int row = 0; row < samples.length; row += stride) {
      int to = row + stride - channels;
      for (int from = row; from < row + stride; from += channels, to -= channels) {
        for (int c = 0; c < channels; c++) {
          out[to + c] = samples[from + c];
        }
      }
    }
    return new ByteImage(width, height, channels, out);
  }

  /**
   * One channel of luma (ITU-R 601-2, PIL's {@code convert("L")}); the image itself if it is grey.
   */
  public ByteImage toGrey() {
    if (channels == 1) {
      return this;
    }
    byte[] out = new byte[width * height];
    for (int i = 0, s = 0; i < out.length; i++, s += 3) {
      out[i] = (byte) luma(samples[s] & 0xff, samples[s + 1] & 0xff, samples[s + 2] & 0xff);
    }
    return new ByteImage(width, height, 1, out);
  }

  /** PIL's luma of a colour: 0.299 R + 0.587 G + 0.114 B in 16-bit fixed point, rounded. */
  public static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  /** Three equal channels of a grey image; the image itself if it is RGB. */
  public ByteImage toRgb() {
    if (channels == 3) {
      return this;
    }
    byte[] out = new byte[Math.multiplyExact(samples.length, 3)];
    for (int i = 0, o = 0; i < samples.length; i++, o += 3) {
      out[o] = samples[i];
      out[o + 1] = samples[i];
      out[o + 2] = samples[i];
    }
    return new ByteImage(width, height, 3, out);
  }

  /** A copy for Java's own imaging, of type {@code TYPE_3BYTE_BGR} or {@code TYPE_BYTE_GRAY}. */
  public BufferedImage toBufferedImage() {
    BufferedImage image =
        new BufferedImage(
            width,
            height,
            channels == 3 ? BufferedImage.TYPE_3BYTE_BGR : BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, width, height, samples);
    return image;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteImage that
        && width == that.width
        && height == that.height
        && channels == that.channels
        && Arrays.equals(samples, that.samples);
  }

  @Override
  public int hashCode() {
    return (width * 31 + height) * 31 + Arrays.hashCode(samples);
  }

  /** {@code 640 x 427 RGB}. */
  @Override
  public String toString() {
    return width + " x " + height + (channels == 3 ? " RGB" : " grey");
  }
}
