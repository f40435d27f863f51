package io.blockwork.processor;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The sources that are generated for the networks of the examples. */
@DisplayName("Sources of the examples' networks")
class ExampleSourcesTest {
  private static final Path NETWORKS =
      Path.of("../examples/src/main/java/io/blockwork/examples/networks");

  private static final String PACKAGE = "io.blockwork.examples.networks.";
  private static final Pattern SLOTS = Pattern.compile("bind\\.slots\\(([^)]*)\\)");
  private static final Pattern FIELD = Pattern.compile("private final (?:Kernel|Layer) (\\w+);");
  private static final Pattern RUN =
      Pattern.compile("      (\\w+)\\.(?:run|forward|backward|recompute)\\(\\);(.*)");

  private static Map<String, String> sources = Map.of();

  @BeforeAll
  static void generate() throws IOException {
    Map<String, String> networks = new TreeMap<>();
    try (Stream<Path> files = Files.list(NETWORKS)) {
      for (Path file : files.toList()) {
        networks.put(
            "io/blockwork/examples/networks/" + file.getFileName(), Files.readString(file));
      }
    }
    Compiler.Result result = Compiler.JAVAC.compile(networks, "-proc:only");
    assertThat(result.errors()).isEmpty();
    sources = result.sources();
  }

  private static String source(String name) {
    return Objects.requireNonNull(sources.get(PACKAGE + name), name);
  }

  /** Rows of what the sources were before the graph was general, in columns. */
  private static List<List<String>> before() throws IOException {
    try (InputStream in = ExampleSourcesTest.class.getResourceAsStream("/sources.tsv")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> Arrays.asList(line.split("\t", -1)))
          .toList();
    }
  }

  @Test
  void areNoLongerThanBeforeTheGraphWasGeneral() throws IOException {
    List<String> kinds = List.of("Network", "Forward", "Backward");
    for (List<String> row : before()) {
      for (int i = 0; i < kinds.size(); i++) {
        String name = row.get(0) + kinds.get(i);
        long lines = source(name).lines().count();
        assertWithMessage(name).that(lines).isAtMost(Long.parseLong(row.get(i + 1)));
      }
    }
  }

  @Test
  void takeNoMoreMemoryThanBeforeTheGraphWasGeneral() throws IOException {
    for (List<String> row : before()) {
      assertNoMore(row.get(0) + "Forward", slots(row.get(4)));
      assertNoMore(row.get(0) + "Backward", slots(row.get(5)));
    }
  }

  private static void assertNoMore(String name, List<Long> before) {
    Matcher matcher = SLOTS.matcher(source(name));
    assertWithMessage(name).that(matcher.find()).isTrue();
    List<Long> now = slots(matcher.group(1).replaceAll("[_L\\s]", ""));
    assertWithMessage("slots of " + name).that(now.size()).isAtMost(before.size());
    assertWithMessage("elements of " + name).that(sum(now)).isAtMost(sum(before));
  }

  private static List<Long> slots(String numbers) {
    return Arrays.stream(numbers.split(",", -1)).map(Long::valueOf).toList();
  }

  private static long sum(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void tellOfEachLayerWhatItReadsAndWrites() {
    int layers = 0;
    for (Map.Entry<String, String> source : sources.entrySet()) {
      for (String type : source.getValue().split(" class ", -1)) {
        Set<String> fields = new HashSet<>();
        FIELD.matcher(type).results().forEach(match -> fields.add(match.group(1)));
        String before = "";
        for (String line : type.split("\n", -1)) {
          Matcher run = RUN.matcher(line);
          if (run.matches() && fields.contains(run.group(1))) {
            boolean told = run.group(2).contains("-> ") || before.strip().startsWith("//");
            assertWithMessage(source.getKey() + ": " + line).that(told).isTrue();
            layers++;
          }
          before = line;
        }
      }
    }
    assertThat(layers).isGreaterThan(10_000);
  }
}
