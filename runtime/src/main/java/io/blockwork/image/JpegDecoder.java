package io.blockwork.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import io.blockwork.io.SafeText;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG to RGB, with the colours that libjpeg and PIL give.
 *
 * <p>The JDK's reader does the work: its libjpeg 6b agrees bit for bit with libjpeg-turbo's default
 * (accurate integer IDCT, smooth chroma upsampling). It refuses CMYK and YCCK, and guesses the
 * colours of files without a JFIF segment in its own way; of those it gives the raw components,
 * which are converted here. What it refuses altogether (lossless JPEG, broken colour profiles) goes
 * to TwelveMonkeys' reader. Colour profiles are not applied, as PIL and torchvision do not.
 */
final class JpegDecoder {
  private static final String JDK_READER = "com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi";
  private static final byte[] END_OF_IMAGE = {(byte) 0xff, (byte) 0xd9};
  private static final int LOSSLESS = 0xc3;

  private JpegDecoder() {}

  static boolean isJpeg(byte[] data) {
    return data.length > 2
        && data[0] == (byte) 0xff
        && data[1] == (byte) 0xd8
        && data[2] == (byte) 0xff;
  }

  /**
   * @param data a whole JPEG file
   * @param name what to call it in messages
   * @throws ImageException if it is damaged, cut off or of an unknown kind
   * @throws ImageLimitException if it takes more than the limits allow
   */
  static ByteImage decode(byte[] data, String name, ImageLimits limits) {
    JpegHeader header = JpegHeader.read(data, name);
    limits.requireSize(header.width(), header.height(), name);
    limits.requireScans(header.width(), header.height(), JpegHeader.scans(data), name);
    Optional<ImageReaderSpi> jdk =
        header.process() == LOSSLESS || header.precision() != 8
            ? Optional.empty()
            : provider(JDK_READER);
    byte[] lean = JpegHeader.withoutMetadata(data, name);
    Damage damage = new Damage(name, data.length - lean.length);
    ByteImage image;
    if (jdk.isPresent()) {
      try {
        image = decode(jdk.get(), lean, header, damage);
      } catch (IOException | RuntimeException e) {
        if (e instanceof ImageException damaged) {
          throw damaged;
        }
        image = decodeWithTwelveMonkeys(lean, damage, e);
      }
    } else {
      image = decodeWithTwelveMonkeys(lean, damage, new IIOException("not an 8-bit baseline JPEG"));
    }
    return Orientation.upright(image, header.orientation());
  }

  /** The provider of that class, among all that {@code ImageIO} knows. */
  static Optional<ImageReaderSpi> provider(String className) {
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (providers.hasNext()) {
      ImageReaderSpi provider = providers.next();
      if (provider.getClass().getName().equals(className)) {
        return Optional.of(provider);
      }
    }
    return Optional.empty();
  }

  private static ByteImage decode(
      ImageReaderSpi provider, byte[] data, JpegHeader header, Damage damage) throws IOException {
    ImageReader reader = provider.createReaderInstance();
    try (ImageInputStream stream = stream(data)) {
      reader.setInput(stream, true, true);
      reader.addIIOReadWarningListener(damage);
      int components = header.componentIds().size();
      ByteImage image;
      if (components == 1 || header.isPlainJfif()) {
        image = BufferedImages.toRgb(reader.read(0));
      } else {
        image =
            fromComponents(reader.readRaster(0, reader.getDefaultReadParam()), header, damage.name);
      }
      damage.check(stream.getStreamPosition());
      return image;
    } finally {
      reader.dispose();
    }
  }

  /** A file that lacks only the end marker is whole; with one added, only lost pixels warn. */
  private static ImageInputStream stream(byte[] data) {
    byte[] whole = data;
    int n = whole.length;
    if (whole[n - 2] != END_OF_IMAGE[0] || whole[n - 1] != END_OF_IMAGE[1]) {
      whole = Arrays.copyOf(whole, n + 2);
      System.arraycopy(END_OF_IMAGE, 0, whole, n, 2);
    }
    return new MemoryCacheImageInputStream(new ByteArrayInputStream(whole));
  }

  private static ByteImage decodeWithTwelveMonkeys(byte[] data, Damage damage, Exception first) {
    String name = damage.name;
    ImageReaderSpi provider =
        provider(JPEGImageReaderSpi.class.getName())
            .orElseThrow(() -> new ImageException(name + ": " + first.getMessage(), 0, first));
    ImageReader reader;
    try {
      reader = provider.createReaderInstance();
    } catch (IOException e) {
      throw new ImageException(name + ": no decoder for this JPEG", 0, e);
    }
    try (ImageInputStream stream = stream(data)) {
      reader.setInput(stream, true, true);
      reader.addIIOReadWarningListener(damage);
      BufferedImage image = reader.read(0);
      damage.check(stream.getStreamPosition());
      return BufferedImages.toRgb(image);
    } catch (IOException | RuntimeException e) {
      if (e instanceof ImageException damaged) {
        throw damaged;
      }
      e.addSuppressed(first);
      throw new ImageException(name + ": cannot decode this JPEG: " + first.getMessage(), 0, e);
    } finally {
      reader.dispose();
    }
  }

  private static ByteImage fromComponents(Raster raster, JpegHeader header, String name) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int components = raster.getNumBands();
    if (components != 3 && components != 4) {
      throw new ImageException(
          SafeText.format(
              "%s: a JPEG of %d components is neither grey, RGB nor CMYK", name, components),
          0);
    }
    boolean ycc = components == 3 ? header.isYcc() : header.adobeTransform() == 2;
    int[] row = new int[width * components];
    byte[] out = new byte[Math.multiplyExact(width * 3, height)];
    int o = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i += components, o += 3) {
        int a = row[i];
        int b = row[i + 1];
        int c = row[i + 2];
        if (ycc) {
          a = red(row[i], row[i + 2]);
          b = green(row[i], row[i + 1], row[i + 2]);
          c = blue(row[i], row[i + 1]);
        }
        if (components == 4) {
          // Adobe stores inks inverted, and everybody else does as Adobe does: K = 255 means no
          // black.
          // YCCK becomes CMY by inverting RGB, so its sense must be turned once more.
          int black = row[i + 3];
          a = BufferedImages.ink(ycc ? a : 255 - a, black);
          b = BufferedImages.ink(ycc ? b : 255 - b, black);
          c = BufferedImages.ink(ycc ? c : 255 - c, black);
        }
        out[o] = (byte) a;
        out[o + 1] = (byte) b;
        out[o + 2] = (byte) c;
      }
    }
    return new ByteImage(width, height, 3, out);
  }

  // JFIF's YCbCr in 16-bit fixed point, rounded as libjpeg rounds.
  private static int red(int luma, int cr) {
    return clip(luma + ((91881 * (cr - 128) + 32768) >> 16));
  }

  private static int green(int luma, int cb, int cr) {
    return clip(luma + ((-22554 * (cb - 128) - 46802 * (cr - 128) + 32768) >> 16));
  }

  private static int blue(int luma, int cb) {
    return clip(luma + ((116130 * (cb - 128) + 32768) >> 16));
  }

  private static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }

  /** Remembers the decoder's warning that pixels are lost; other warnings are harmless. */
  private static final class Damage implements javax.imageio.event.IIOReadWarningListener {
    private final String name;
    private final int leftOut;
    private Optional<String> lost = Optional.empty();

    /**
     * @param name of the image, for messages
     * @param leftOut bytes of metadata before the pixels that the decoder does not get to see
     */
    Damage(String name, int leftOut) {
      this.name = name;
      this.leftOut = leftOut;
    }

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      String text = warning.toLowerCase(Locale.ROOT);
      if (lost.isEmpty()
          && (text.contains("premature end")
              || text.contains("huffman")
              || text.contains("truncated"))) {
        lost = Optional.of(warning);
      }
    }

    void check(long position) {
      long offset = leftOut + position;
      if (lost.isPresent()) {
        throw new ImageException(
            SafeText.format("%s: damaged JPEG (before offset %d): %s", name, offset, lost.get()),
            offset);
      }
    }
  }
}
