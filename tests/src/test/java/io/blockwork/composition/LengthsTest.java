package io.blockwork.composition;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The language is short: its lines are counted with the network's blocks, one node a line, without
 * the package, imports, comments and empty lines.
 */
@DisplayName("Composed networks are as short as promised")
final class LengthsTest {
  private static final Path RUNTIME = Path.of("../runtime/src/main/java/io/blockwork/networks");
  private static final Path EXAMPLES =
      Path.of("../examples/src/main/java/io/blockwork/examples/composed");

  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/");
  private static final Pattern NODE = Pattern.compile("\\binterface \\w+ \\{");

  @ParameterizedTest(name = "{0}: at most {1} lines")
  @CsvSource({
    "ResNet50, 60, ",
    "GoogLeNet, 110, BasicConv2d",
    "InceptionV3, 150, BasicConv2d",
    "EfficientNetB0, 70, "
  })
  void inLines(String name, int most, @Nullable String block) throws IOException {
    List<String> lines = lines(name);
    for (String line : lines) {
      assertTrue(NODE.matcher(line).results().count() <= 1, line);
    }
    int count = lines.size() + (block == null ? 0 : lines(block).size());
    assertTrue(count <= most, () -> name + " has " + count + " lines");
  }

  private static List<String> lines(String name) throws IOException {
    Path example = EXAMPLES.resolve(name + ".java");
    Path file = Files.exists(example) ? example : RUNTIME.resolve(name + ".java");
    return COMMENT
        .matcher(Files.readString(file))
        .replaceAll("")
        .lines()
        .filter(line -> !line.isBlank())
        .filter(line -> !line.startsWith("import ") && !line.startsWith("package "))
        .toList();
  }
}
