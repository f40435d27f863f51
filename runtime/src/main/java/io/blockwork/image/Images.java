package io.blockwork.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads images as RGB: JPEG (grey, YCbCr, RGB, CMYK and YCCK; turned upright as EXIF says), PNG
 * (palette, grey, 16 bit, with alpha), and whatever else Java's {@code ImageIO} finds a reader for.
 *
 * <p>As with PIL, colour profiles are not applied, alpha is dropped rather than blended, and 16-bit
 * samples keep their high byte. Unlike PIL and torchvision's folder dataset, EXIF's orientation is
 * obeyed.
 */
public final class Images {
  /** PIL's own bound on what it takes for a decompression bomb. */
  private static final long MAX_PIXELS = 178_956_970;

  private Images() {}

  /**
   * Reads a file.
   *
   * @return an RGB image
   * @throws ImageException if it cannot be decoded; the message opens with the file's name
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ByteImage read(Path file) {
    try {
      return decode(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }

  /**
   * Reads a stream to its end, and leaves it open.
   *
   * @param name what to call the image in messages
   * @return an RGB image
   * @throws ImageException if it cannot be decoded
   * @throws UncheckedIOException if the stream cannot be read
   */
  public static ByteImage read(InputStream stream, String name) {
    try {
      return decode(stream.readAllBytes(), name);
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": cannot be read", e);
    }
  }

  /**
   * Decodes a whole image file that is in memory.
   *
   * @param name what to call the image in messages
   * @return an RGB image
   * @throws ImageException if it cannot be decoded
   */
  public static ByteImage decode(byte[] data, String name) {
    return JpegDecoder.isJpeg(data) ? JpegDecoder.decode(data, name) : decodeOther(data, name);
  }

  /** Converts an image of any type; its samples are copied. */
  public static ByteImage of(BufferedImage image) {
    return BufferedImages.toRgb(image);
  }

  private static ByteImage decodeOther(byte[] data, String name) {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new ImageException(
            "%s: not an image of a known format (%d bytes); expected JPEG, PNG or one of %s"
                .formatted(name, data.length, String.join(", ", ImageIO.getReaderFileSuffixes())),
            0);
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        requireReasonable(reader.getWidth(0), reader.getHeight(0), name);
        return BufferedImages.toRgb(reader.read(0));
      } catch (IIOException | RuntimeException e) {
        if (e instanceof ImageException known) {
          throw known;
        }
        long offset = stream.getStreamPosition();
        throw new ImageException(
            "%s: cannot decode this image (at offset %d of %d): %s"
                .formatted(name, offset, data.length, e.getMessage()),
            offset,
            e);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new ImageException(
          "%s: cannot decode this image: %s".formatted(name, e.getMessage()), 0, e);
    }
  }

  /** Refuses absurd sizes before memory is taken for them. */
  static void requireReasonable(long width, long height, String name) {
    if (width * height > MAX_PIXELS) {
      throw new ImageException(
          "%s: %d x %d pixels are more than the %d that are taken for an honest image"
              .formatted(name, width, height, MAX_PIXELS),
          0);
    }
  }
}
