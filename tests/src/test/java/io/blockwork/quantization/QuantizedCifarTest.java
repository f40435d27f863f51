package io.blockwork.quantization;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.data.PlainTar;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.jvm.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Published weights ({@code resnet20-12fca82f.th}, Yerlan Idelbayev) on 2,000 JPEGs of CIFAR-10's
 * test set, calibrated on training images. Neither file is part of the project: they are looked for
 * in {@code ../shared/data}, or where {@code -Dblockwork.data=DIR} says.
 */
@DisplayName("A published network in 8-bit integers")
final class QuantizedCifarTest {
  private static final int TEST_IMAGES = 2000;
  private static final int CALIBRATION_PER_CLASS = 52;

  @TempDir static Path folder;
  private static Path weights = Path.of("");

  @BeforeAll
  static void unpack() throws IOException {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    Path data = Path.of(System.getProperty("blockwork.data", "../../shared/data"));
    weights = data.resolve("resnet20-12fca82f.th").toAbsolutePath();
    assumeTrue(
        Files.isRegularFile(weights),
        () -> "no published weights in " + data.toAbsolutePath() + ": set -Dblockwork.data=DIR");
    PlainTar.forEach(
        data.resolve("cifar10-jpg.tar"),
        (name, content) -> {
          if (name.endsWith(".jpg")
              && (name.startsWith("test/") || number(name) < CALIBRATION_PER_CLASS)) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.resolveSibling(""));
            Files.write(file, content);
          }
        });
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(name.lastIndexOf('/') + 1, name.lastIndexOf('.')));
  }

  /** Half a point with whole bytes, a point with seven bits: 10 and 20 images. */
  @ParameterizedTest(name = "oneDNN held to {0}")
  @CsvSource({"DEFAULT, 10", "AVX2_VNNI, 10", "AVX2, 20"})
  void losesLittle(String instructions, int most) throws IOException, InterruptedException {
    String output = run(instructions);
    long floats = number("floats ", output);
    long bytes = number("bytes ", output);
    assertThat(floats).isAtLeast(TEST_IMAGES * 81 / 100);
    assertWithMessage(output).that(bytes).isAtLeast(floats - most);
    if (instructions.equals("DEFAULT") && OneDnnEngine.weightBits() == Byte.SIZE) {
      // Without VNNI, ONNX Runtime's sums of whole bytes are cut off.
      assertWithMessage(output).that(number("onnx runtime ", output)).isAtLeast(floats - most);
    }
  }

  private static String run(String instructions) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ChildJvm.command(
                List.of("-XX:TieredStopAtLevel=1"),
                QuantizedCifar.class,
                folder,
                weights,
                folder.resolve("int8.onnx")));
    builder.environment().put("ONEDNN_MAX_CPU_ISA", instructions);
    return ChildJvm.output(builder);
  }

  private static long number(String label, String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(label))
        .map(line -> Long.valueOf(line.substring(label.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError(output));
  }
}
