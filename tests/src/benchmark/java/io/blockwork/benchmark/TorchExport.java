package io.blockwork.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The networks as ONNX and TorchScript files. A small Python script writes them where they are
 * missing; without Python, torch and torchvision the table does without those who need them.
 */
final class TorchExport {
  /** Folder of the files. */
  static final String FOLDER = "peers";

  private TorchExport() {}

  /** The file of a network: torchvision's name of it and a suffix. */
  static Path file(Subject subject, String suffix) {
    return Path.of(System.getProperty(FOLDER, "."), subject.key() + suffix);
  }

  /**
   * Exports what is missing, all that ImageNet's networks need.
   *
   * @return why that could not be done, or nothing if all files are there
   */
  static Optional<String> ensure() throws IOException, InterruptedException {
    if (complete()) {
      return Optional.empty();
    }
    Path folder = Path.of(System.getProperty(FOLDER, "."));
    Files.createDirectories(folder);
    String python = System.getProperty("python", "python3");
    System.err.println("Exporting the peers' networks with " + python);
    String output;
    try {
      Process process =
          new ProcessBuilder(python, System.getProperty("export", "export.py"), folder.toString())
              .redirectErrorStream(true)
              .start();
      output = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor();
    } catch (IOException e) {
      output = String.valueOf(e.getMessage());
    }
    if (complete()) {
      return Optional.empty();
    }
    return Optional.of(
        "%s could not export the networks (-Dpython=... chooses one that has torch and torchvision): %s"
            .formatted(python, output.lines().reduce("", (a, b) -> b)));
  }

  private static boolean complete() {
    return Subject.COMPOSED.stream().allMatch(s -> Files.exists(file(s, ".onnx")))
        && Subject.FAMILIES.stream()
            .allMatch(
                s ->
                    Stream.of(".onnx", ".pt", ".frozen.pt", ".frozen-nhwc.pt", ".bf16.pt")
                        .allMatch(suffix -> Files.exists(file(s, suffix))));
  }
}
