package io.blockwork.onnx;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.onnx.file.Bytes;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * ONNX's own test data, and files from PyTorch. They are no part of the project: they are looked
 * for in {@code ../shared/onnx}, or beside the folder that {@code -Dblockwork.data=DIR} says.
 */
final class OnnxFiles {
  private static final Path ROOT =
      Path.of(System.getProperty("blockwork.data", "../../shared/data"))
          .toAbsolutePath()
          .normalize()
          .resolveSibling("onnx");

  private OnnxFiles() {}

  /** A folder of files; the test is skipped where it is missing. */
  static Path folder(String name) {
    Path folder = ROOT.resolve(name);
    assumeTrue(
        Files.isDirectory(folder),
        () -> "no ONNX files in " + folder + ": set -Dblockwork.data=DIR");
    return folder;
  }

  /** What stands in a folder, in order. */
  static List<Path> list(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor in a file of its own. */
  static OnnxTensor tensor(Path file) {
    try {
      return ModelReader.tensor(Bytes.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
