package io.blockwork.data;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the bytes of an image lie.
 *
 * @param file that holds it
 * @param offset of its first byte in there
 */
public record ImageOrigin(Path file, long offset) {
  /** Checks the file. */
  public ImageOrigin {
    Objects.requireNonNull(file, "file");
  }
}
