package io.blockwork.image;

import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import io.blockwork.io.SafeText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * What a JPEG's segments before its first scan say about its size, colours and orientation.
 *
 * @param width pixels in a row
 * @param height rows; 0 if only a later segment says so
 * @param process the SOF marker's last byte: 0xC0 baseline, 0xC2 progressive, 0xC3 lossless, ...
 * @param precision bits in a sample
 * @param componentIds the identifiers of the components, in order
 * @param jfif whether a JFIF segment is there
 * @param adobeTransform the colour transform of an Adobe segment, or -1
 * @param orientation EXIF's orientation, 1 (upright) if there is none
 */
record JpegHeader(
    int width,
    int height,
    int process,
    int precision,
    List<Integer> componentIds,
    boolean jfif,
    int adobeTransform,
    int orientation) {

  private static final int EXIF_PREFIX = 6;

  /** Whether three components are YCbCr rather than RGB, by the rules of libjpeg. */
  boolean isYcc() {
    if (jfif) {
      return true;
    }
    if (adobeTransform >= 0) {
      return adobeTransform != 0;
    }
    return !componentIds.equals(List.of((int) 'R', (int) 'G', (int) 'B'));
  }

  /** Whether nothing contradicts JFIF's YCbCr, so that every decoder takes the same colours. */
  boolean isPlainJfif() {
    return jfif && adobeTransform < 0 && componentIds.equals(List.of(1, 2, 3));
  }

  /**
   * Reads the segments up to the frame header and the first scan.
   *
   * @param data a whole JPEG file
   * @param name what to call it in messages
   * @throws ImageException if the segments are broken or no frame header is there
   */
  static JpegHeader read(byte[] data, String name) {
    boolean jfif = false;
    int adobe = -1;
    int orientation = 1;
    int at = 2;
    while (true) {
      int marker = nextMarker(data, at, name);
      at = marker + 1;
      int code = data[marker] & 0xff;
      if (!hasLength(code)) {
        continue;
      }
      int length = code == 0xd9 ? 0 : unsignedShort(data, at, name);
      if (length < 2 || at + length > data.length) {
        throw new ImageException(
            SafeText.format(
                "%s: JPEG segment %02x at offset %d claims %d bytes, but the file ends after %d",
                name, code, marker, length, data.length - at),
            marker);
      }
      if (isFrame(code)) {
        return frame(data, at, length, code, name, jfif, adobe, orientation);
      }
      if (code == 0xda) {
        throw new ImageException(
            SafeText.format(
                "%s: JPEG scan at offset %d comes before any frame header", name, marker),
            marker);
      }
      if (code == 0xe0 && startsWith(data, at + 2, length - 2, "JFIF\0")) {
        jfif = true;
      } else if (code == 0xee && length >= 14 && startsWith(data, at + 2, length - 2, "Adobe")) {
        adobe = data[at + 13] & 0xff;
      } else if (code == 0xe1 && startsWith(data, at + 2, length - 2, "Exif\0")) {
        orientation = orientation(data, at + 2 + EXIF_PREFIX, length - 2 - EXIF_PREFIX);
      }
      at += length;
    }
  }

  /**
   * The file without what is not needed to decode it: profiles, EXIF, comments. The JDK's reader
   * would parse and apply some of them, at several times the cost of decoding.
   *
   * @param data a file that {@link #read} takes
   */
  static byte[] withoutMetadata(byte[] data, String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(data.length);
    int copied = 0;
    int at = 2;
    while (true) {
      int marker = nextMarker(data, at, name);
      int code = data[marker] & 0xff;
      at = marker + 1;
      if (isFrame(code)) {
        break;
      }
      if (!hasLength(code)) {
        continue;
      }
      int end = at + unsignedShort(data, at, name);
      // Of the application segments, JFIF's and Adobe's tell the colours.
      if ((code > 0xe0 && code != 0xee && code <= 0xef) || code == 0xfe) {
        out.write(data, copied, marker - 1 - copied);
        copied = end;
      }
      at = end;
    }
    if (copied == 0) {
      return data;
    }
    out.write(data, copied, data.length - copied);
    return out.toByteArray();
  }

  /** The number of scans: as often does a decoder go over the pixels of a progressive file. */
  static int scans(byte[] data) {
    int scans = 0;
    int at = 2;
    while (at + 1 < data.length) {
      int code = data[at + 1] & 0xff;
      if ((data[at] & 0xff) != 0xff || code == 0 || code == 0xff || !hasLength(code)) {
        // Compressed pixels, fill bytes, or a marker that stands alone.
        at++;
      } else if (code == 0xd9) {
        return scans;
      } else {
        scans += code == 0xda ? 1 : 0;
        at += 2 + (at + 3 < data.length ? (data[at + 2] & 0xff) << 8 | data[at + 3] & 0xff : 0);
      }
    }
    return scans;
  }

  private static boolean isFrame(int code) {
    return code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
  }

  private static boolean hasLength(int code) {
    return code != 0x01 && (code < 0xd0 || code > 0xd8);
  }

  private static JpegHeader frame(
      byte[] data,
      int at,
      int length,
      int code,
      String name,
      boolean jfif,
      int adobe,
      int orientation) {
    int components = length >= 8 ? data[at + 7] & 0xff : 0;
    if (components == 0 || length < 8 + 3 * components) {
      throw new ImageException(
          SafeText.format(
              "%s: JPEG frame header at offset %d is too short for its %d components",
              name, at, components),
          at);
    }
    Integer[] ids = new Integer[components];
    for (int i = 0; i < components; i++) {
      ids[i] = data[at + 8 + 3 * i] & 0xff;
    }
    return new JpegHeader(
        unsignedShort(data, at + 5, name),
        unsignedShort(data, at + 3, name),
        code,
        data[at + 2] & 0xff,
        List.of(ids),
        jfif,
        adobe,
        orientation);
  }

  /** The index of the byte after 0xFF of the next marker; bytes between segments are skipped. */
  private static int nextMarker(byte[] data, int from, String name) {
    for (int i = from; i + 1 < data.length; i++) {
      int next = data[i + 1] & 0xff;
      if ((data[i] & 0xff) == 0xff && next != 0 && next != 0xff) {
        return i + 1;
      }
    }
    throw new ImageException(
        SafeText.format(
            "%s: the JPEG ends at offset %d before its frame header", name, data.length),
        data.length);
  }

  private static int unsignedShort(byte[] data, int at, String name) {
    if (at + 1 >= data.length) {
      throw new ImageException(
          SafeText.format("%s: the JPEG ends at offset %d inside a segment", name, data.length),
          data.length);
    }
    return (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
  }

  private static boolean startsWith(byte[] data, int at, int available, String text) {
    if (available < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (data[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** An unreadable EXIF block does not make the picture unreadable: it counts as upright. */
  private static int orientation(byte[] data, int at, int length) {
    try (MemoryCacheImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(data, at, Math.max(0, length)))) {
      Directory exif = new TIFFReader().read(stream);
      Entry entry = exif.getEntryById(TIFF.TAG_ORIENTATION);
      return entry != null && entry.getValue() instanceof Number value ? value.intValue() : 1;
    } catch (IOException | RuntimeException e) {
      return 1;
    }
  }
}
