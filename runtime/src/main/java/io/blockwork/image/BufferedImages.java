package io.blockwork.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;

/**
 * {@code BufferedImage}s of any kind to RGB.
 *
 * <p>Samples of grey, RGB and CMYK images are taken as they are stored: {@code getRGB} would apply
 * colour profiles, and take grey for linear light, which lightens it; PIL does neither. 16-bit
 * samples keep their high byte. Alpha is dropped, as PIL's {@code convert("RGB")} does (colours
 * multiplied by alpha are divided again).
 */
final class BufferedImages {
  private BufferedImages() {}

  static ByteImage toRgb(BufferedImage image) {
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return fromPalette(image.getRaster(), palette);
    }
    boolean grey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    boolean rgb = model.getColorSpace().getType() == ColorSpace.TYPE_RGB;
    boolean cmyk = model.getColorSpace().getType() == ColorSpace.TYPE_CMYK;
    int type = image.getRaster().getTransferType();
    boolean integers = type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT;
    if (model instanceof ComponentColorModel && cmyk && integers) {
      return fromInks(image.getRaster(), model.getComponentSize(0));
    }
    if (model instanceof ComponentColorModel && rgb && integers && model.isAlphaPremultiplied()) {
      return fromPremultiplied(image.getRaster(), model.getComponentSize(0));
    }
    if (model instanceof DirectColorModel packed && rgb && !model.isAlphaPremultiplied()) {
      return fromPacked(image.getRaster(), packed);
    }
    if (model instanceof ComponentColorModel && (grey || rgb) && integers) {
      boolean plain =
          image.getRaster().getSampleModel() instanceof ComponentSampleModel
              && image.getRaster().getDataBuffer() instanceof DataBufferByte
              && model.getComponentSize(0) == 8;
      return plain
          ? fromBytes(image.getRaster(), grey)
          : fromSamples(image.getRaster(), grey, model.getComponentSize(0));
    }
    return fromColors(image);
  }

  private static ByteImage fromPalette(WritableRaster raster, IndexColorModel palette) {
    int[] colors = new int[palette.getMapSize()];
    palette.getRGBs(colors);
    return fromPalette(raster, colors);
  }

  /**
   * The colours that the samples of one band choose.
   *
   * @param palette red, green and blue of each, from the third byte down
   * @throws ImageException if a sample chooses none
   */
  static ByteImage fromPalette(Raster raster, int... palette) {
    int width = raster.getWidth();
    int[] row = new int[width];
    byte[] out = new byte[samples(raster)];
    int o = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int index : row) {
        if (index >= palette.length) {
          throw new ImageException(
              "a pixel refers to colour " + index + " of a palette of " + palette.length, 0);
        }
        o = put(out, o, palette[index]);
      }
    }
    return new ByteImage(width, raster.getHeight(), 3, out);
  }

  /** Inks that are not inverted, as in TIFF: PIL's {@code CMYK} to {@code RGB}. */
  private static ByteImage fromInks(WritableRaster raster, int bits) {
    return fromPixels(
        raster,
        bits,
        (pixel, at, out, o) -> {
          int white = 255 - pixel[at + 3];
          for (int c = 0; c < 3; c++) {
            out[o + c] = (byte) ink(pixel[at + c], white);
          }
        });
  }

  /** White less black less ink, with PIL's rounding. */
  static int ink(int ink, int white) {
    int product = ink * white + 128;
    return Math.max(0, white - (((product >> 8) + product) >> 8));
  }

  /** Colours multiplied by alpha, divided as PIL divides them; without alpha they are black. */
  private static ByteImage fromPremultiplied(WritableRaster raster, int bits) {
    return fromPixels(
        raster,
        bits,
        (pixel, at, out, o) -> {
          int alpha = pixel[at + 3];
          for (int c = 0; c < 3; c++) {
            out[o + c] = (byte) (alpha == 0 ? 0 : Math.min(255, pixel[at + c] * 255 / alpha));
          }
        });
  }

  /** What turns the 8-bit samples of a pixel into a colour. */
  private interface PixelConversion {
    void apply(int[] pixel, int at, byte[] out, int o);
  }

  private static ByteImage fromPixels(WritableRaster raster, int bits, PixelConversion conversion) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    if (bands != 4) {
      throw new ImageException("expected four channels, got " + bands, 0);
    }
    int[] row = new int[width * bands];
    byte[] out = new byte[samples(raster)];
    int o = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i++) {
        row[i] = eightBits(row[i], bits) & 0xff;
      }
      for (int i = 0; i < row.length; i += bands, o += 3) {
        conversion.apply(row, i, out, o);
      }
    }
    return new ByteImage(width, raster.getHeight(), 3, out);
  }

  /** Channels of any few bits in one number: 5, 6 and 5, for example. */
  private static ByteImage fromPacked(WritableRaster raster, DirectColorModel model) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    int[] row = new int[width * bands];
    byte[] out = new byte[samples(raster)];
    int o = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i += bands) {
        for (int c = 0; c < 3; c++) {
          out[o++] = eightBits(row[i + c], model.getComponentSize(c));
        }
      }
    }
    return new ByteImage(width, raster.getHeight(), 3, out);
  }

  private static ByteImage fromBytes(WritableRaster raster, boolean grey) {
    ComponentSampleModel model = (ComponentSampleModel) raster.getSampleModel();
    DataBufferByte buffer = (DataBufferByte) raster.getDataBuffer();
    int[] first = new int[3];
    byte[][] banks = new byte[3][];
    int shift =
        (raster.getMinY() - raster.getSampleModelTranslateY()) * model.getScanlineStride()
            + (raster.getMinX() - raster.getSampleModelTranslateX()) * model.getPixelStride();
    for (int c = 0; c < 3; c++) {
      int band = grey ? 0 : c;
      int bank = model.getBankIndices()[band];
      banks[c] = buffer.getData(bank);
      first[c] = buffer.getOffsets()[bank] + model.getBandOffsets()[band] + shift;
    }
    byte[] out = new byte[samples(raster)];
    int width = raster.getWidth();
    int pixel = model.getPixelStride();
    byte[] red = banks[0];
    byte[] green = banks[1];
    byte[] blue = banks[2];
    int o = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      int row = y * model.getScanlineStride();
      for (int x = 0, from = row; x < width; x++, from += pixel) {
        out[o] = red[first[0] + from];
        out[o + 1] = green[first[1] + from];
        out[o + 2] = blue[first[2] + from];
        o += 3;
      }
    }
    return new ByteImage(width, raster.getHeight(), 3, out);
  }

  private static ByteImage fromSamples(WritableRaster raster, boolean grey, int bits) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    int[] row = new int[width * bands];
    byte[] out = new byte[samples(raster)];
    int o = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i += bands) {
        for (int c = 0; c < 3; c++) {
          out[o++] = eightBits(row[i + (grey ? 0 : c)], bits);
        }
      }
    }
    return new ByteImage(width, raster.getHeight(), 3, out);
  }

  private static byte eightBits(int sample, int bits) {
    return (byte) (bits >= 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1));
  }

  /**
   * Floating-point samples, packed premultiplied alpha, rare colour spaces: Java converts to sRGB.
   */
  private static ByteImage fromColors(BufferedImage image) {
    int width = image.getWidth();
    int[] row = new int[width];
    byte[] out = new byte[samples(image.getRaster())];
    int o = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int color : row) {
        o = put(out, o, color);
      }
    }
    return new ByteImage(width, image.getHeight(), 3, out);
  }

  private static int put(byte[] out, int at, int color) {
    out[at] = (byte) (color >> 16);
    out[at + 1] = (byte) (color >> 8);
    out[at + 2] = (byte) color;
    return at + 3;
  }

  private static int samples(Raster raster) {
    return Math.multiplyExact(Math.multiplyExact(raster.getWidth(), raster.getHeight()), 3);
  }
}
