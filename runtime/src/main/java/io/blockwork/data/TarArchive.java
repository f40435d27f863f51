package io.blockwork.data;

import io.blockwork.io.AtomicFile;
import io.blockwork.io.SafeText;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipException;

/**
 * Takes single files out of a tar archive, plain or gzipped: as much of POSIX ustar as published
 * data sets need.
 */
final class TarArchive {
  private static final int BLOCK = 512;
  private static final int NAME_LENGTH = 100;
  private static final int SIZE_OFFSET = 124;
  private static final int SIZE_LENGTH = 12;
  private static final int COPY = 1 << 16;

  private TarArchive() {}

  /**
   * Writes the first file of that name, in whatever folder of the archive, to a place.
   *
   * @throws DataException if the archive has none, or is damaged
   * @throws io.blockwork.io.FileException if the place cannot be written
   */
  static void extract(Path archive, String name, Path place) {
    // Opened within, since the writing may begin anew.
    AtomicFile.write(place, channel -> extract(archive, name, channel));
  }

  private static void extract(Path archive, String name, FileChannel to) throws IOException {
    try (InputStream in = Streams.open(archive)) {
      long offset = 0;
      byte[] header = in.readNBytes(BLOCK);
      while (header.length == BLOCK && header[0] != 0) {
        long size = size(archive, offset, header);
        if (fileName(header).equals(name)) {
          copy(archive, offset + BLOCK + size, in, size, to);
          return;
        }
        in.skipNBytes(roundedUp(size));
        offset += BLOCK + roundedUp(size);
        header = in.readNBytes(BLOCK);
      }
      throw new DataException(
          PathNames.shown(archive), offset, SafeText.format("holds no file called %s", name));
    } catch (EOFException | ZipException e) {
      throw new DataException(
          PathNames.shown(archive),
          0,
          SafeText.format(
              "is cut off or damaged (%s); delete it to fetch it again", e.getMessage()),
          e);
    }
  }

  private static void copy(Path archive, long end, InputStream in, long size, FileChannel to)
      throws IOException {
    long rest = size;
    while (rest > 0) {
      byte[] piece = in.readNBytes((int) Math.min(COPY, rest));
      if (piece.length == 0) {
        throw new DataException(archive.toString(), end - rest, "is cut off; fetch it again");
      }
      ByteBuffer bytes = ByteBuffer.wrap(piece);
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      rest -= piece.length;
    }
  }

  private static String fileName(byte[] header) {
    String path = text(header, 0, NAME_LENGTH);
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static long size(Path archive, long offset, byte[] header) {
    String octal = text(header, SIZE_OFFSET, SIZE_LENGTH).trim();
    try {
      return Long.parseLong(octal, 8);
    } catch (NumberFormatException e) {
      throw new DataException(
          archive.toString(),
          offset + SIZE_OFFSET,
          SafeText.format("is damaged: %s is not a file size", octal),
          e);
    }
  }

  private static String text(byte[] header, int from, int length) {
    int end = from;
    while (end < from + length && header[end] != 0) {
      end++;
    }
    return new String(header, from, end - from, StandardCharsets.US_ASCII);
  }

  private static long roundedUp(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }
}
