package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The published networks")
final class PublishedNetworksTest {
  private static final Path NETWORKS =
      Path.of("../examples/src/main/java/io/blockwork/examples/networks");

  @Test
  void haveNothingToWarnOf() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.list(NETWORKS)) {
      for (Path file : files.filter(f -> !f.endsWith("package-info.java")).toList()) {
        sources.put("networks/" + file.getFileName(), Files.readString(file));
      }
    }
    assertTrue(sources.size() >= 28, () -> "only " + sources.keySet());
    // Generation is all that is asked for here: the examples' own build compiles them.
    assertEquals(List.of(), Compiler.JAVAC.compile(sources, "-proc:only").findings());
  }
}
