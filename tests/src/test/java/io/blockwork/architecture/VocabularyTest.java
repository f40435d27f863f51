package io.blockwork.architecture;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that the compiler and its engines could each understand differently mean one thing. */
class VocabularyTest {
  private static final Path ROOT = Path.of("..");

  /** All source files that users get, by the name of the class. */
  private static Map<String, List<Path>> sources() throws IOException {
    Map<String, List<Path>> all = new TreeMap<>();
    for (String part : List.of("processor", "runtime")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(part))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> file.toString().replace('\\', '/').contains("/src/main/java/"))
            .forEach(file -> all.computeIfAbsent(name(file), n -> new ArrayList<>()).add(file));
      }
    }
    return all;
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }

  /** The annotations of operations are named after these. */
  private static boolean isAnnotation(Path file) {
    return file.resolveSibling("").endsWith(Path.of("io", "blockwork", "ops"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "step", "kernel", "shapes", "pool", "conv"})
  void noTwoClassesShareTheWord(String word) throws IOException {
    sources()
        .forEach(
            (name, files) -> {
              if (name.toLowerCase(Locale.ROOT).contains(word)) {
                List<Path> own = files.stream().filter(file -> !isAnnotation(file)).toList();
                assertWithMessage(name).that(own.size()).isAtMost(1);
              }
            });
  }

  /** In the sources of all modules, since each has some that the others do not see. */
  @Test
  void allModulesAreRead() throws IOException {
    assertThat(sources().keySet())
        .containsAtLeast(
            "BlockworkProcessor", "Graph", "Networks", "CudaEngine", "OnnxNetwork", "SparkJobs");
  }

  /** The words that the glossary explains, with the explanations. */
  private static Map<String, String> glossary() throws IOException {
    String guide = Files.readString(ROOT.resolve("processor/README.md"));
    String table = guide.substring(guide.indexOf("## Glossary"));
    Map<String, String> words = new TreeMap<>();
    for (String line : table.lines().filter(l -> l.startsWith("| ")).skip(2).toList()) {
      String[] cells = line.split("\\|");
      Arrays.stream(cells[1].split(",")).forEach(word -> words.put(word.strip(), cells[2]));
    }
    return words;
  }

  @Test
  void theGlossaryExplainsTheWords() throws IOException {
    assertThat(glossary().keySet())
        .containsAtLeast("plan", "step", "action", "kernel", "shapes", "pooling", "convolution");
  }

  @Test
  void theClassesThatTheGlossaryNamesAreThere() throws IOException {
    Set<String> classes = new HashSet<>(sources().keySet());
    String explanations = String.join(" ", glossary().values());
    Set<String> named =
        Pattern.compile("`@?([A-Z]\\w+)(?:\\.\\w+)?`")
            .matcher(explanations)
            .results()
            .map(result -> result.group(1))
            .filter(name -> !name.startsWith("X"))
            .collect(Collectors.toSet());
    assertThat(named).isNotEmpty();
    assertThat(classes).containsAtLeastElementsIn(named);
  }
}
