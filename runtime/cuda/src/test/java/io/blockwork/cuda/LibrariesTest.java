package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.cuda.driver.CudaLibraries;
import io.blockwork.cuda.driver.LibraryFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where a library is missing. */
class LibrariesTest {
  private static final List<String> NAMES =
      List.of("libcuda.so.1", "libnvrtc.so.13", "libcudnn.so.9");

  @Test
  void saysWhichLibraryIsMissingWhereItWasLookedForAndWhatToInstall(@TempDir Path folder)
      throws IOException {
    for (String name : NAMES) {
      String message = failure(folder);
      assertTrue(message.contains(name), message);
      assertTrue(message.contains(folder.toString()), message);
      assertTrue(message.contains("install"), message);
      assertTrue(message.contains(LibraryFolders.PROPERTY), message);
      Files.writeString(folder.resolve(name), "no library");
    }
    assertTrue(failure(folder).contains("cannot be loaded"));
  }

  @Test
  void looksInAbsoluteFoldersOnly() {
    String folders = LibraryFolders.only(Path.of("."), Path.of("lib")).toString();
    assertTrue(folders.contains("no folder"), folders);
    for (String folder : LibraryFolders.ofThisMachine().toString().split(", ", -1)) {
      assertTrue(Path.of(folder).isAbsolute(), folder);
    }
  }

  private static String failure(Path folder) {
    IllegalStateException error =
        assertThrows(
            IllegalStateException.class, () -> CudaLibraries.load(LibraryFolders.only(folder)));
    return String.valueOf(error.getMessage());
  }
}
