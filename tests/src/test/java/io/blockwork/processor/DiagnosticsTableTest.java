package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Message.Severity;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Every message has a test, and stands in the table of messages")
final class DiagnosticsTableTest {
  /** Test classes with methods that show messages which need more than a wrong source. */
  private static final List<Class<?>> SHOWING =
      List.of(BuildProblemsTest.class, BlocksElsewhereTest.class, OnnxProblemsTest.class);

  private static final String HEAD =
      """
      # Diagnostics

      Every message of the processor, with an example of what it says. Written by `DiagnosticsTableTest` \
      (`-Dblockwork.rewrite=true` writes it anew), which fails when a message has no test.

      Errors stop the build. A warning is suppressed by `@SuppressWarnings` with its key on the interface or around \
      it (`blockwork` stands for all keys), or for the whole build by `-Ablockwork.warnings=false`. \
      Eclipse's compiler obeys the keys too, but remarks that it does not know them; its option `-warn:-warningToken` \
      (in the editor "Unhandled token in '@SuppressWarnings'") silences the remark.

      | Code | Message | Mend | Kind | Shown by |
      | --- | --- | --- | --- | --- |
      """;

  @Test
  void everyMessageHasATest() {
    Map<Message, String> shown = shown();
    List<Message> missing =
        Arrays.stream(Message.values()).filter(m -> !shown.containsKey(m)).toList();
    assertEquals(List.of(), missing);
  }

  @Test
  void codesAndKeysAreUnique() {
    long codes = Arrays.stream(Message.values()).map(Message::code).distinct().count();
    assertEquals(Message.values().length, codes);
    List<String> keys = Arrays.stream(Message.values()).flatMap(m -> m.key().stream()).toList();
    assertEquals(keys.size(), keys.stream().distinct().count());
  }

  @Test
  void theTableIsUpToDate() throws IOException {
    Map<Message, String> shown = shown();
    StringBuilder table = new StringBuilder(HEAD);
    for (Message message : Message.values()) {
      String example = example(message);
      String kind =
          message.severity() == Severity.ERROR
              ? "error"
              : message.key().map(key -> "warning, key `" + key + "`").orElse("warning");
      table.append(
          "| %s | %s | %s | %s | %s |%n"
              .formatted(
                  message.code(),
                  cell(example.lines().findFirst().orElse("").replaceFirst("^\\[\\w+\\] ", "")),
                  cell(fix(example)),
                  kind,
                  shown.get(message)));
    }
    Expected.check(Path.of("DIAGNOSTICS.md"), table.toString().replace("\r\n", "\n"));
  }

  private static String fix(String example) {
    return example.substring(example.indexOf("  fix: ") + "  fix: ".length()).strip();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }

  /** What is said of the first wrong source, or the template. */
  private static String example(Message message) {
    for (Case wrong : Cases.all()) {
      if (wrong.message() == message) {
        return Compiler.JAVAC.compile(wrong.sources()).findings().get(0).text();
      }
    }
    String template = message.what() + "\n  fix: " + message.fix();
    return template.replaceAll("%\\d\\$[sd]", "...");
  }

  private static Map<Message, String> shown() {
    Map<Message, String> shown = new EnumMap<>(Message.class);
    Cases.all().stream()
        .collect(Collectors.groupingBy(Case::message, Collectors.counting()))
        .forEach((message, n) -> shown.put(message, "DiagnosticsTest, inputs: " + n));
    for (Class<?> type : SHOWING) {
      for (Method method : type.getDeclaredMethods()) {
        Shows shows = method.getAnnotation(Shows.class);
        if (shows != null) {
          shown.put(shows.value(), type.getSimpleName() + "." + method.getName());
        }
      }
    }
    return shown;
  }
}
