package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Files that may be gzipped; their first bytes tell, not their names. A thousandth of what comes
 * out may be in the file, so what is kept in memory is limited.
 */
final class Streams {
  private static final int BUFFER = 1 << 16;

  /** The largest array that every JVM gives. */
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  /**
   * Bytes that one file may take in memory: a quarter of what Java may have ({@code -Xmx}), and
   * less than 2 GB. While it is read it takes twice as much.
   */
  static int limit() {
    return (int) Math.min(LARGEST_ARRAY, Runtime.getRuntime().maxMemory() / 4);
  }

  /** What to say of a file that would take more. */
  static DataLimitException tooLarge(String file, long offset) {
    return new DataLimitException(
        file,
        offset,
        SafeText.format(
                "the file takes more than the %d MB of memory allowed for one file (a quarter of"
                    + " the heap)",
                limit() >> 20)
            + "\n  fix: give Java more memory (-Xmx), or split the file");
  }

  private Streams() {}

  static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return gzip ? new GZIPInputStream(in, BUFFER) : in;
    } catch (EOFException | ZipException e) {
      in.close();
      throw damaged(file.toString(), 0, e);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * All bytes that there are. A gzip stream that is cut off counts as ended, as a plain file would.
   *
   * @param file its name, for messages
   * @throws DataException if compressed data are damaged
   * @throws DataLimitException if there are more than {@link #limit}
   */
  static byte[] readAll(InputStream in, String file) throws IOException {
    int limit = limit();
    byte[] data = readUpTo(in, file, 0, limit + 1);
    if (data.length > limit) {
      throw tooLarge(file, limit);
    }
    return data;
  }

  /**
   * As many bytes as there are, up to a length that may be a lie: memory grows with the bytes that
   * come. A gzip stream that is cut off counts as ended, as a plain file would.
   *
   * @param file its name, for messages
   * @param offset of the next byte, after decompression
   * @param length bytes to read at most
   * @throws DataException if compressed data are damaged
   */
  static byte[] readUpTo(InputStream in, String file, long offset, int length) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] chunk = new byte[Math.min(BUFFER, Math.max(1, length))];
    try {
      while (out.size() < length) {
        int n = in.read(chunk, 0, Math.min(chunk.length, length - out.size()));
        if (n < 0) {
          break;
        }
        out.write(chunk, 0, n);
      }
    } catch (EOFException e) {
      return out.toByteArray();
    } catch (ZipException e) {
      throw damaged(file, offset + out.size(), e);
    }
    return out.toByteArray();
  }

  /** Reads on to the end of what should be there, where gzip has its check sum. */
  static void checkEnd(InputStream in, String file, long offset) throws IOException {
    readUpTo(in, file, offset, 1);
  }

  static DataException damaged(String file, long offset, IOException cause) {
    return new DataException(
        file, offset, "damaged gzip data: " + cause.getMessage() + "; fetch the file again", cause);
  }
}
