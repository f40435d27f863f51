package io.blockwork.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Image formats for which Java brings no reader, by their first bytes, and what to do about each.
 */
final class KnownSignatures {
  private static final String TWELVE_MONKEYS = "add com.twelvemonkeys.imageio:%s to the class path";
  private static final String CONVERT = "convert it to JPEG or PNG; we know of no reader for Java";

  /**
   * A format.
   *
   * @param offset of the signature in the file
   * @param signature as ISO 8859-1
   */
  private record Format(String name, int offset, String signature, String remedy) {
    boolean matches(byte[] data) {
      byte[] bytes = signature.getBytes(StandardCharsets.ISO_8859_1);
      int end = offset + bytes.length;
      return data.length >= end
          && java.util.Arrays.equals(data, offset, end, bytes, 0, bytes.length);
    }
  }

  private static final List<Format> FORMATS =
      List.of(
          new Format("WebP", 8, "WEBP", twelveMonkeys("imageio-webp")),
          new Format("PBM", 0, "P1", twelveMonkeys("imageio-pnm")),
          new Format("PGM", 0, "P2", twelveMonkeys("imageio-pnm")),
          new Format("PPM", 0, "P3", twelveMonkeys("imageio-pnm")),
          new Format("PBM", 0, "P4", twelveMonkeys("imageio-pnm")),
          new Format("PGM", 0, "P5", twelveMonkeys("imageio-pnm")),
          new Format("PPM", 0, "P6", twelveMonkeys("imageio-pnm")),
          new Format("PAM", 0, "P7", twelveMonkeys("imageio-pnm")),
          new Format("Photoshop", 0, "8BPS", twelveMonkeys("imageio-psd")),
          new Format("Windows icon", 0, "\0\0\1\0", twelveMonkeys("imageio-bmp")),
          new Format("Radiance HDR", 0, "#?RADIANCE", twelveMonkeys("imageio-hdr")),
          new Format("BigTIFF", 0, "II+\0", twelveMonkeys("imageio-tiff")),
          new Format("BigTIFF", 0, "MM\0+", twelveMonkeys("imageio-tiff")),
          new Format("HEIC", 4, "ftypheic", CONVERT),
          new Format("HEIC", 4, "ftypheix", CONVERT),
          new Format("HEIF", 4, "ftypmif1", CONVERT),
          new Format("AVIF", 4, "ftypavif", CONVERT),
          new Format("JPEG XL", 0, "\u00ff\n", CONVERT),
          new Format("JPEG XL", 4, "JXL ", CONVERT),
          new Format(
              "JPEG 2000",
              4,
              "jP  ",
              "add com.github.jai-imageio:jai-imageio-jpeg2000 to the class path"),
          new Format("OpenEXR", 0, "v/1\1", CONVERT),
          new Format("SVG", 0, "<svg", "it is a drawing: render it to PNG first"),
          new Format("PDF", 0, "%PDF", "it is a document: render its pages to PNG first"));

  private KnownSignatures() {}

  private static String twelveMonkeys(String artifact) {
    return TWELVE_MONKEYS.replace("%s", artifact);
  }

  /**
   * What a file is that no reader knows.
   *
   * @return for example {@code a WebP file, for which there is no reader; fix: ...}
   */
  static Optional<String> describe(byte[] data) {
    return FORMATS.stream()
        .filter(format -> format.matches(data))
        .findFirst()
        .map(
            format ->
                "a "
                    + format.name
                    + " file, for which there is no reader\n  fix: "
                    + format.remedy);
  }
}
