package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.processor.Compiler.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The processor needs the runtime's annotations, so that it cannot compile the runtime's blocks.
 */
@DisplayName("The companions of the runtime's blocks are those that the processor writes")
final class ShippedBlocksTest {
  private static final Path NETWORKS = Path.of("../runtime/src/main/java/io/blockwork/networks");

  /** ECJ writes no class that stands on the class path, as the runtime's do. */
  private static String moved(String text) {
    return text.replace("io.blockwork.networks", "io.blockwork.networkz");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void letterForLetter(Compiler compiler) throws IOException {
    Map<String, String> blocks = new TreeMap<>();
    Map<String, String> companions = new TreeMap<>();
    try (Stream<Path> files = Files.list(NETWORKS)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        boolean companion = name.endsWith("Nodes");
        String path = "io/blockwork/networkz/" + name + ".java";
        (companion ? companions : blocks)
            .put(companion ? "io.blockwork.networkz." + name : path, moved(Files.readString(file)));
      }
    }
    blocks.remove("io/blockwork/networkz/package-info.java");
    Result result = compiler.compile(blocks);
    assertEquals(List.of(), result.findings());
    assertEquals(companions, result.sources());
  }
}
