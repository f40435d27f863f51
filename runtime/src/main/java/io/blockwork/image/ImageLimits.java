package io.blockwork.image;

import io.blockwork.io.SafeText;

/**
 * What an image file may take of this process, however small the file is: a few kilobytes can claim
 * billions of pixels, or decode the same pixels thousands of times.
 *
 * <p>Memory is reckoned with {@value #BYTES_PER_PIXEL} bytes for each pixel, which is what a
 * decoder and the finished image hold at their peak, and with the bytes of the file. Work is
 * reckoned in pixels too: a progressive JPEG goes over its pixels once for each scan, and may do so
 * as often as comes to {@value #SCANS} scans of the largest image that is allowed.
 *
 * @param pixels the most pixels of an image
 * @param bytes the most memory for decoding one
 */
public record ImageLimits(long pixels, long bytes) {
  static final int BYTES_PER_PIXEL = 12;
  static final int SCANS = 10;

  /** PIL's own bound on what it takes for a decompression bomb. */
  private static final long PIL = 178_956_970;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is not positive
   */
  public ImageLimits {
    if (pixels < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "image limits must be positive, got " + pixels + " pixels, " + bytes + " bytes");
    }
  }

  /**
   * PIL's limit of 178,956,970 pixels, and half of the memory that Java may have ({@code -Xmx}):
   * two threads at a time decode even the largest images that pass.
   */
  public static ImageLimits defaults() {
    return new ImageLimits(PIL, Math.max(1, Runtime.getRuntime().maxMemory() / 2));
  }

  /** Refuses a file that alone takes the memory. */
  void requireFile(long length, String name) {
    if (length > Math.min(bytes, Integer.MAX_VALUE - 8)) {
      throw new ImageLimitException(
          SafeText.format(
              "%s: the file has %d bytes, but decoding one image may take at most %d",
              name, length, bytes));
    }
  }

  /** Refuses absurd sizes before memory is taken for them. */
  void requireSize(long width, long height, String name) {
    if (width * height > pixels) {
      throw new ImageLimitException(
          SafeText.format(
              "%s: %d x %d pixels exceed the limit of %d pixels", name, width, height, pixels));
    }
    if (width * height * BYTES_PER_PIXEL > bytes) {
      throw new ImageLimitException(
          SafeText.format(
                  "%s: decoding %d x %d pixels takes about %d MB, but only %d MB are allowed",
                  name, width, height, width * height * BYTES_PER_PIXEL >> 20, bytes >> 20)
              + "\n  fix: give Java more memory (-Xmx), make the image smaller, or pass other"
              + " ImageLimits");
    }
  }

  /** Refuses more work than the largest image that is allowed gives. */
  void requireScans(long width, long height, int scans, String name) {
    if (width * height * scans > pixels * SCANS) {
      throw new ImageLimitException(
          SafeText.format(
              "%s: %d scans of %d x %d pixels are more work than one image may cause",
              name, scans, width, height));
    }
  }
}
