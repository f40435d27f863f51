package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.processor.Compiler.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A composed network has the kernels and the memory of the family's")
final class SameAsFamiliesTest {
  private static final Path EXAMPLES =
      Path.of("../examples/src/main/java/io/blockwork/examples/composed");

  /** What a pass asks of its binder, up to the end of the statement. */
  private static final Pattern BOUND =
      Pattern.compile("\\bbind\\s*\\.(?!slot\\b)(\\w+)\\(([^;]*);");

  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d[\\d_]*L?\\b");

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "ResNet50 | @io.blockwork.ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)",
        "DenseNet121 | @io.blockwork.DenseNet(growth = 32, blocks = {6, 12, 24, 16})"
      })
  void inTheSameOrderWithTheSameSizes(String name, String family) throws IOException {
    String source = Files.readString(EXAMPLES.resolve(name + ".java"));
    Result composed = compile(name, source.replaceFirst("package [\\w.]+;", "package user;"));
    Result plain =
        compile(
            name,
            "package user;\n%s\npublic interface %s extends io.blockwork.ImageClassifier {}\n"
                .formatted(family, name));
    for (String pass : List.of("Forward", "Backward")) {
      String file = "user." + name + pass;
      List<String> kernels = kernels(plain.source(file));
      List<String> ours = kernels(composed.source(file));
      assertTrue(kernels.size() > 20, kernels::toString);
      assertEquals(text(kernels, false), text(ours, false), pass);
      // What is kept is named at the head of each class, and classes are cut as the blocks are.
      assertEquals(text(kernels, true), text(ours, true), pass);
    }
  }

  private static Result compile(String name, String source) {
    Result result = Compiler.JAVAC.compile(Map.of("user/" + name + ".java", source), "-proc:only");
    assertEquals(List.of(), result.findings());
    return result;
  }

  private static String text(List<String> calls, boolean kept) {
    Stream<String> some = calls.stream().filter(call -> call.startsWith("keep ") == kept);
    return (kept ? some.sorted() : some).collect(Collectors.joining("\n"));
  }

  /** Operations with the numbers that they are bound with, without names. */
  private static List<String> kernels(String source) {
    return BOUND
        .matcher(source)
        .results()
        .map(
            call -> {
              Matcher numbers = NUMBER.matcher(call.group(2));
              String sizes = numbers.results().map(n -> n.group()).collect(Collectors.joining(" "));
              return call.group(1) + " " + sizes;
            })
        .toList();
  }
}
