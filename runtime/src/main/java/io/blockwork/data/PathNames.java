package io.blockwork.data;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The names of files, independent of the locale.
 *
 * <p>Where names are bytes (Linux and other Unix systems) Java decodes them by the locale: under
 * {@code LC_ALL=C} every letter but ASCII is lost. Here they are UTF-8, whatever the locale.
 */
final class PathNames {
  private PathNames() {}

  /**
   * The last name of a path.
   *
   * @return empty if its bytes are not UTF-8
   */
  static Optional<String> utf8(Path path) {
    Path name = path.getFileName();
    if (name == null) {
      return Optional.of("");
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(name))).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /**
   * What orders paths by their last names as their code points do: the bytes of UTF-8 are in the
   * same order as the code points, and each byte is a character here.
   */
  static String sortKey(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : new String(bytes(name), StandardCharsets.ISO_8859_1);
  }

  /** The bytes of the last name, for messages: {@code c4 70 66}. */
  static String hex(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : HexFormat.ofDelimiter(" ").formatHex(bytes(name));
  }

  /** The whole path for messages, decoded as UTF-8 where that can be done. */
  static String shown(Path path) {
    String text = path.toString();
    return isAscii(text) || !namesAreBytes(path)
        ? text
        : new String(uriBytes(path), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Path name) {
    String text = name.toString();
    if (isAscii(text) || !namesAreBytes(name)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    byte[] whole = uriBytes(name);
    int from = whole.length;
    while (from > 0 && whole[from - 1] != '/') {
      from--;
    }
    return java.util.Arrays.copyOfRange(whole, from, whole.length);
  }

  /** What Java could not decode, or decoded in some other way, it shows outside of ASCII. */
  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static boolean namesAreBytes(Path path) {
    return path.getFileSystem().equals(FileSystems.getDefault())
        && "/".equals(path.getFileSystem().getSeparator());
  }

  /**
   * On Unix a path's URI keeps its bytes, escaped; a folder's ends with a slash, taken off here.
   */
  private static byte[] uriBytes(Path path) {
    URI uri = path.toUri();
    String raw = uri.getRawPath();
    int end = raw.length() > 1 && raw.endsWith("/") ? raw.length() - 1 : raw.length();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(end);
    for (int i = 0; i < end; i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }
}
