package io.blockwork.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads archives of plain files with short names, without any code of ours. */
public final class PlainTar {
  private static final int BLOCK = 512;

  private PlainTar() {}

  /** What is done with a file. */
  public interface Visitor {
    /** Takes a file's name and its bytes. */
    void visit(String name, byte[] content) throws IOException;
  }

  /** Visits all files, in their order. */
  public static void forEach(Path archive, Visitor visitor) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
      byte[] header = in.readNBytes(BLOCK);
      while (header.length == BLOCK && header[0] != 0) {
        String name = text(header, 0, 100);
        int size = Integer.parseInt(text(header, 124, 12).strip(), 8);
        byte[] content = in.readNBytes(size);
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        if (!name.endsWith("/")) {
          visitor.visit(name, content);
        }
        header = in.readNBytes(BLOCK);
      }
    }
  }

  /** Up to the first zero. */
  private static String text(byte[] header, int from, int length) {
    String field = new String(header, from, length, StandardCharsets.US_ASCII);
    int end = field.indexOf('\0');
    return end < 0 ? field : field.substring(0, end);
  }
}
