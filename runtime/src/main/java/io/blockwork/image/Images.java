package io.blockwork.image;

import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import io.blockwork.io.Uninterrupted;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads images as RGB: JPEG (grey, YCbCr, RGB, CMYK and YCCK), PNG (palette, grey, 16 bit, with
 * alpha), TIFF (grey, palette, RGB, CMYK), BMP, GIF (the first picture), and whatever else Java's
 * {@code ImageIO} finds a reader for. JPEG and TIFF are turned upright as they say.
 *
 * <p>As with PIL, colour profiles are not applied, alpha is dropped rather than blended, and 16-bit
 * samples keep their high byte (of 16-bit grey, PIL makes everything above 255 white). Unlike PIL
 * and torchvision's folder dataset, EXIF's orientation is obeyed. What has no fixed colours, such
 * as floating-point samples, is refused by name.
 *
 * <p>What a file may take is limited by {@link ImageLimits#defaults()}, or by limits of your own.
 */
public final class Images {
  private Images() {}

  /**
   * Reads a file.
   *
   * @return an RGB image
   * @throws ImageException if it cannot be decoded; the message opens with the file's name
   * @throws ImageLimitException if it takes more than {@link ImageLimits#defaults()}
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ByteImage read(Path file) {
    return read(file, ImageLimits.defaults());
  }

  /**
   * Reads a file within limits of your own.
   *
   * @return an RGB image
   * @throws ImageException if it cannot be decoded; the message opens with the file's name
   * @throws ImageLimitException if it takes more than the limits allow
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ByteImage read(Path file, ImageLimits limits) {
    return read(file, file.toString(), limits);
  }

  /**
   * Reads a file within limits of your own.
   *
   * @param name what to call the file in messages
   * @return an RGB image
   * @throws ImageException if it cannot be decoded; the message opens with the name
   * @throws ImageLimitException if it takes more than the limits allow
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ByteImage read(Path file, String name, ImageLimits limits) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(name, "name");
    try {
      limits.requireFile(Files.size(file), name);
      return decode(Uninterrupted.call(() -> Files.readAllBytes(file)), name, limits);
    } catch (IOException e) {
      throw new UncheckedIOException(SafeText.of(name) + ": " + FileProblem.reading(file, e), e);
    }
  }

  /**
   * Reads a stream to its end, and leaves it open.
   *
   * @param name what to call the image in messages
   * @return an RGB image
   * @throws ImageException if it cannot be decoded
   * @throws ImageLimitException if it takes more than {@link ImageLimits#defaults()}
   * @throws UncheckedIOException if the stream cannot be read
   */
  public static ByteImage read(InputStream stream, String name) {
    Objects.requireNonNull(name, "name");
    ImageLimits limits = ImageLimits.defaults();
    try {
      int most = (int) Math.min(limits.bytes(), Integer.MAX_VALUE - 9);
      byte[] data = stream.readNBytes(most + 1);
      limits.requireFile(data.length, name);
      return decode(data, name, limits);
    } catch (IOException e) {
      throw new UncheckedIOException(
          SafeText.format("%s: cannot be read (%s)", name, FileProblem.reason(e)), e);
    }
  }

  /**
   * Decodes a whole image file that is in memory.
   *
   * @param name what to call the image in messages
   * @return an RGB image
   * @throws ImageException if it cannot be decoded
   * @throws ImageLimitException if it takes more than {@link ImageLimits#defaults()}
   */
  public static ByteImage decode(byte[] data, String name) {
    Objects.requireNonNull(name, "name");
    return decode(data, name, ImageLimits.defaults());
  }

  /**
   * Decodes a whole image file that is in memory, within limits of your own.
   *
   * @param name what to call the image in messages
   * @return an RGB image
   * @throws ImageException if it cannot be decoded
   * @throws ImageLimitException if it takes more than the limits allow
   */
  public static ByteImage decode(byte[] data, String name, ImageLimits limits) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(limits, "limits");
    String shown = SafeText.of(name);
    try {
      return JpegDecoder.isJpeg(data)
          ? JpegDecoder.decode(data, shown, limits)
          : decodeOther(data, shown, limits);
    } catch (OutOfMemoryError e) {
      // The limits are for one image; others, and the rest of the program, have their share too.
      throw new ImageLimitException(
          shown
              + ": there is not enough memory left to decode this image\n  fix: give Java more"
              + " memory (-Xmx), keep fewer decoded images (cached), or let fewer workers decode"
              + " (DataLoader's workers)",
          e);
    }
  }

  /**
   * Converts an image of any type; its samples are copied.
   *
   * @throws ImageException if its channels are not those of its colour space
   */
  public static ByteImage of(BufferedImage image) {
    return BufferedImages.toRgb(image);
  }

  private static ByteImage decodeOther(byte[] data, String name, ImageLimits limits) {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
      ImageReader reader = reader(data, stream, name);
      try {
        boolean tiff = TiffDecoder.isTiff(data);
        reader.setInput(stream, true, !tiff);
        limits.requireSize(reader.getWidth(0), reader.getHeight(0), name);
        if (tiff) {
          return TiffDecoder.read(reader, name);
        }
        BufferedImage image = reader.read(0);
        return GifScreen.isGif(data)
            ? GifScreen.of(data).around(image, name, limits)
            : BufferedImages.toRgb(image);
      } catch (IIOException | RuntimeException e) {
        if (e instanceof ImageException known
            && String.valueOf(known.getMessage()).startsWith(name)) {
          throw known;
        }
        long offset = stream.getStreamPosition();
        throw new ImageException(
            SafeText.format(
                "%s: cannot decode this image (at offset %d of %d): %s",
                name, offset, data.length, e.getMessage()),
            offset,
            e);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new ImageException(
          SafeText.format("%s: cannot decode this image: %s", name, e.getMessage()), 0, e);
    }
  }

  /** The JDK's own reader for TIFF, whose metadata we know; for others what there is. */
  private static ImageReader reader(byte[] data, ImageInputStream stream, String name)
      throws IOException {
    if (TiffDecoder.isTiff(data)) {
      Optional<ImageReaderSpi> provider = JpegDecoder.provider(TiffDecoder.JDK_READER);
      if (provider.isPresent()) {
        return provider.get().createReaderInstance();
      }
    }
    Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
    if (readers.hasNext()) {
      return readers.next();
    }
    throw new ImageException(
        name
            + ": "
            + KnownSignatures.describe(data)
                .orElse(
                    SafeText.format(
                        "not an image of a known format (%d bytes); expected JPEG, PNG or one of"
                            + " %s",
                        data.length,
                        Stream.of(ImageIO.getReaderFileSuffixes())
                            .sorted()
                            .collect(Collectors.joining(", ")))),
        0);
  }
}
