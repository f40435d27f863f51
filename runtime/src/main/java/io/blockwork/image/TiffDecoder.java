package io.blockwork.image;

import io.blockwork.io.SafeText;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;

/**
 * TIFF to RGB, with the colours that PIL gives: grey (also with white as 0), palette, RGB with or
 * without alpha, CMYK, and what JPEG compresses inside a TIFF. The JDK's reader would convert
 * palettes and CMYK in its own way. All other kinds of samples and colours are refused by name.
 */
final class TiffDecoder {
  static final String JDK_READER = "com.sun.imageio.plugins.tiff.TIFFImageReaderSpi";

  private static final int SAMPLE_FORMAT = 339;
  private static final int YCBCR = BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_Y_CB_CR;
  private static final int CMYK = BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_CMYK;
  private static final int PALETTE = BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_PALETTE_COLOR;

  private final TIFFDirectory directory;

  private TiffDecoder(TIFFDirectory directory) {
    this.directory = directory;
  }

  static boolean isTiff(byte[] data) {
    return data.length > 4
        && (data[0] == 'I' && data[1] == 'I' && data[2] == 42 && data[3] == 0
            || data[0] == 'M' && data[1] == 'M' && data[2] == 0 && data[3] == 42);
  }

  /**
   * The first image of a file.
   *
   * @param reader the JDK's, with its input and metadata set
   * @param name what to call it in messages
   * @throws ImageException if it is of a kind that is not read
   */
  static ByteImage read(ImageReader reader, String name) throws IOException {
    TiffDecoder tiff =
        new TiffDecoder(TIFFDirectory.createFromMetadata(reader.getImageMetadata(0)));
    tiff.unreadable()
        .ifPresent(
            what -> {
              throw new ImageException(
                  SafeText.format("%s: TIFF files with %s are not supported", name, what)
                      + "\n  fix: convert it to 8-bit RGB",
                  0);
            });
    BufferedImage image = reader.read(0);
    ByteImage rgb =
        tiff.photometric() == PALETTE
            ? tiff.fromPalette(image.getRaster())
            : BufferedImages.toRgb(image);
    return Orientation.upright(rgb, tiff.value(BaselineTIFFTagSet.TAG_ORIENTATION, 1));
  }

  /** What PIL does not read either, or has no fixed colours, or the JDK's reader gets wrong. */
  private Optional<String> unreadable() {
    int compression = value(BaselineTIFFTagSet.TAG_COMPRESSION, 1);
    boolean jpeg = compression == BaselineTIFFTagSet.COMPRESSION_JPEG;
    int bits = value(BaselineTIFFTagSet.TAG_BITS_PER_SAMPLE, 1);
    int samples = value(BaselineTIFFTagSet.TAG_SAMPLES_PER_PIXEL, 1);
    return switch (value(SAMPLE_FORMAT, 1)) {
      case 1 -> unreadableColors(jpeg, bits, samples);
      case 2 -> Optional.of("signed samples");
      case 3 -> Optional.of(bits + "-bit floating-point samples");
      default -> Optional.of("samples of an unknown format");
    };
  }

  private Optional<String> unreadableColors(boolean jpeg, int bits, int samples) {
    boolean wholeBytes = bits == 8 || bits == 16;
    return switch (photometric()) {
      case 0, 1 ->
          refuse(!(wholeBytes || bits == 1 || bits == 2 || bits == 4), bits + "-bit grey samples");
      case 2 -> refuse(!wholeBytes || samples < 3, samples + " samples of " + bits + " bits");
      case PALETTE -> refuse(bits > 8 || samples != 1, "a palette of " + bits + " bits");
      case CMYK -> {
        if (jpeg) {
          yield Optional.of("CMYK colours compressed as JPEG");
        }
        yield refuse(
            bits != 8 || samples != 4,
            "CMYK colours in " + samples + " samples of " + bits + " bits");
      }
      case YCBCR -> refuse(!jpeg, "YCbCr colours that are not compressed as JPEG");
      case 8, 9, 10 -> Optional.of("CIE L*a*b* colours");
      default -> Optional.of("colours of photometric interpretation " + photometric());
    };
  }

  private static Optional<String> refuse(boolean refused, String what) {
    return refused ? Optional.of(what) : Optional.empty();
  }

  private int photometric() {
    return value(BaselineTIFFTagSet.TAG_PHOTOMETRIC_INTERPRETATION, 1);
  }

  private int value(int tag, int otherwise) {
    TIFFField field = directory.getTIFFField(tag);
    return field == null || field.getCount() == 0 ? otherwise : field.getAsInt(0);
  }

  /** Palettes have 16 bits; PIL takes the high byte, where the JDK's reader rounds. */
  private ByteImage fromPalette(Raster raster) {
    TIFFField map = directory.getTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP);
    int size = map.getCount() / 3;
    int[] palette =
        IntStream.range(0, size)
            .map(
                i ->
                    map.getAsInt(i) >> 8 << 16
                        | map.getAsInt(size + i) >> 8 << 8
                        | map.getAsInt(2 * size + i) >> 8)
            .toArray();
    return BufferedImages.fromPalette(raster, palette);
  }
}
