package io.blockwork.readme;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The guides for those who work on Blockwork")
final class GuidesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

  /** A class of ours, not a constant; {@code X} stands for a user's interface. */
  private static final Pattern CLASS =
      Pattern.compile("`([A-Z](?!Network|Forward|Back)\\w*[a-z]\\w*)[`.(]");

  private static final Set<String> OF_JAVA = Set.of("ServiceLoader");

  /** Every page of the project, but for what a build has made. */
  static List<String> pages() throws IOException {
    Path root = ROOT.toAbsolutePath().normalize();
    try (Stream<Path> files =
        Files.find(
            root,
            6,
            (path, attributes) ->
                path.toString().endsWith(".md") && !path.toString().contains("/target/"))) {
      return files.map(path -> root.relativize(path).toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linkToFilesThatExist(String guide) throws IOException {
    Matcher links = LINK.matcher(Files.readString(ROOT.resolve(guide)));
    while (links.find()) {
      Path target = ROOT.resolve(guide).resolveSibling(links.group(1));
      assertWithMessage("%s links to %s", guide, target).that(Files.exists(target)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".github/CONTRIBUTING.md",
        "processor/README.md",
        "runtime/README.md",
        "runtime/WINOGRAD.md"
      })
  void nameClassesThatExist(String guide) throws IOException {
    Set<String> sources = sources();
    Set<String> unknown = new TreeSet<>();
    Matcher names = CLASS.matcher(Files.readString(ROOT.resolve(guide)));
    while (names.find()) {
      if (!sources.contains(names.group(1)) && !OF_JAVA.contains(names.group(1))) {
        unknown.add(names.group(1));
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyPackageOfTheRuntimeIsOnTheMap() throws IOException {
    String map = Files.readString(ROOT.resolve("runtime/README.md"));
    Path root = ROOT.resolve("runtime/src/main/java/io/blockwork");
    try (Stream<Path> all = Files.walk(root)) {
      for (Path info : all.filter(p -> p.endsWith("package-info.java")).toList()) {
        String name =
            root.relativize(info.resolveSibling("")).toString().replace(File.separatorChar, '.');
        assertThat(map).containsMatch("\\[\"" + (name.isEmpty() ? "io.blockwork" : name) + "[<\"]");
      }
    }
  }

  private static Set<String> sources() throws IOException {
    try (Stream<Path> all =
        Stream.of(
                "runtime", "runtime/onnx", "runtime/cuda", "processor", "processor/graph", "tests")
            .flatMap(module -> walk(ROOT.resolve(module).resolve("src")))) {
      return all.map(path -> String.valueOf(path.getFileName()))
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }

  @SuppressWarnings("StreamResourceLeak") // flatMap closes it
  private static Stream<Path> walk(Path folder) {
    try {
      return Files.walk(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
