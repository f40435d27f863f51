package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Goes through the regular files of a plain tar archive (POSIX ustar, with the long names of GNU
 * and of pax) without reading what is in them.
 */
final class TarMembers {
  private static final int BLOCK = 512;
  private static final int CHECKSUM = 148;
  private static final int TYPE = 156;
  private static final int PREFIX = 345;

  /** Names and pax headers that are longer are refused. */
  private static final int LONGEST_NAME = 1 << 16;

  private final RandomAccessFile file;
  private final String shown;
  private final byte[] header = new byte[BLOCK];
  private long next;
  private long offset;
  private long length;
  private String name = "";

  /**
   * @param shown the archive, in messages
   * @throws DataException if the archive is compressed
   */
  TarMembers(RandomAccessFile file, String shown) throws IOException {
    this.file = file;
    this.shown = shown;
    if (file.read() == 0x1f && file.read() == 0x8b) {
      throw new DataException(
          shown, 0, "is compressed, and cannot be read in the middle; gunzip it once");
    }
  }

  /**
   * Goes to the next regular file; false at the end.
   *
   * @throws DataException if the archive is damaged
   */
  boolean next() throws IOException {
    String longName = "";
    while (next + BLOCK <= file.length()) {
      long at = next;
      file.seek(at);
      file.readFully(header);
      if (header[0] == 0 && allZero()) {
        return false;
      }
      requireHeader(at);
      length = octal(124, 12, at);
      offset = at + BLOCK;
      next = offset + (length + BLOCK - 1) / BLOCK * BLOCK;
      char type = (char) header[TYPE];
      if (type == 'L') {
        longName = text(content(), 0, (int) length);
      } else if (type == 'x') {
        longName = paxPath(new String(content(), StandardCharsets.UTF_8), longName);
      } else if (type == '0' || type == 0) {
        name = longName.isEmpty() ? ustarName() : longName;
        return true;
      } else if (type != 'g') {
        longName = "";
      }
    }
    if (next < file.length()) {
      throw new DataException(shown, next, "is cut off within the header of a tar member");
    }
    return false;
  }

  private boolean allZero() {
    for (byte value : header) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  private void requireHeader(long at) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : header[i] & 0xff;
    }
    if (octal(CHECKSUM, 8, at) != sum) {
      throw new DataException(shown, at, "is damaged: this is not the header of a tar member");
    }
  }

  private long octal(int from, int width, long at) {
    String digits = text(header, from, width).strip();
    if (!digits.matches("[0-7]{1,12}")) {
      throw new DataException(
          shown,
          at + from,
          SafeText.format("is damaged: %s is not an octal number", SafeText.excerpt(digits)));
    }
    return Long.parseLong(digits, 8);
  }

  private String ustarName() {
    String prefix =
        text(header, 257, 5).equals("ustar") && header[262] == 0 ? text(header, PREFIX, 155) : "";
    String own = text(header, 0, 100);
    return prefix.isEmpty() ? own : prefix + "/" + own;
  }

  /** Records of pax: a length, a space, {@code path=...} and a line feed. */
  private static String paxPath(String records, String otherwise) {
    int at = 0;
    while (at < records.length()) {
      int end = records.indexOf('\n', at);
      String line = records.substring(at, end < 0 ? records.length() : end);
      int space = line.indexOf(' ');
      if (line.startsWith("path=", space + 1)) {
        return line.substring(space + 6);
      }
      at += line.length() + 1;
    }
    return otherwise;
  }

  private static String text(byte[] from, int start, int width) {
    int end = start;
    while (end < Math.min(from.length, start + width) && from[end] != 0) {
      end++;
    }
    return new String(Arrays.copyOfRange(from, start, end), StandardCharsets.UTF_8);
  }

  /** The path of the member. */
  String name() {
    return name;
  }

  /** Where its content begins. */
  long offset() {
    return offset;
  }

  /** The length of its content. */
  long length() {
    return length;
  }

  /**
   * A short content.
   *
   * @throws DataException if it is long, or cut off
   */
  byte[] content() throws IOException {
    if (length > LONGEST_NAME || offset + length > file.length()) {
      throw damaged("is damaged: a name or label is cut off, or longer than 64 KB");
    }
    byte[] content = new byte[(int) length];
    file.seek(offset);
    file.readFully(content);
    return content;
  }

  /** What is wrong with the member. */
  DataException damaged(String problem) {
    return new DataException(shown, offset, problem);
  }
}
