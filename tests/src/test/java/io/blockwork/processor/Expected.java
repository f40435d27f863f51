package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Texts that are kept with the tests. {@code -Dblockwork.rewrite=true} writes them all anew. */
public final class Expected {
  private Expected() {}

  /**
   * Compares a text with a file of this module.
   *
   * @param path from the module's directory
   */
  public static void check(Path path, String actual) throws IOException {
    if (Boolean.getBoolean("blockwork.rewrite")) {
      Path parent = path.toAbsolutePath().getParent();
      Files.createDirectories(parent);
      Path beside = Files.createTempFile(parent, "expected", ".tmp");
      Files.writeString(beside, actual);
      Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING);
      return;
    }
    if (!Files.exists(path)) {
      fail(path.toAbsolutePath() + " is missing: write it with -Dblockwork.rewrite=true");
    }
    assertEquals(
        Files.readString(path),
        actual,
        () -> path + " differs: look at the change, and accept it with -Dblockwork.rewrite=true");
  }
}
