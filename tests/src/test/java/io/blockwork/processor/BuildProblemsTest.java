package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.Compiler.Result;
import io.blockwork.processor.spec.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("What goes wrong in a build as such, and all of it at once")
final class BuildProblemsTest {
  private static final Map<String, String> TINY =
      Map.of(
          "user/Net.java",
          """
          package user;

          import io.blockwork.*;

          @ResNet(blocks = 1, width = 2, stem = Stem.CIFAR, input = @Input(height = 4, width = 4))
          public interface Net extends ImageClassifier {}
          """);

  @ParameterizedTest
  @EnumSource
  @Shows(Message.UNKNOWN_OPTION)
  void namesTheNearestOption(Compiler compiler) {
    Finding finding = only(compiler.compile(TINY, "-Ablockwork.warning=false"));
    assertEquals(Message.UNKNOWN_OPTION.code(), finding.code());
    assertTrue(finding.text().endsWith("fix: write -Ablockwork.warnings"), finding::text);
  }

  @ParameterizedTest
  @EnumSource
  @Shows(Message.OPTION_VALUE)
  void asksForTrueOrFalse(Compiler compiler) {
    Finding finding = only(compiler.compile(TINY, "-Ablockwork.warnings=no"));
    assertEquals(Message.OPTION_VALUE.code(), finding.code());
    assertTrue(finding.text().contains("\"no\""), finding::text);
  }

  @Test
  @Shows(Message.PROCESSOR_PATH)
  void aProcessorWithoutItsLibrariesNamesThem(@TempDir Path folder) throws Exception {
    Path source = folder.resolve("Net.java");
    Files.writeString(source, TINY.get("user/Net.java"));
    Path processor =
        Path.of(
            BlockworkProcessor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    // In a process of its own: the class path of this one has all libraries.
    Command.Outcome outcome =
        Command.run(
            List.of(
                Command.tool(Path.of(System.getProperty("java.home")), "javac"),
                "-processorpath",
                processor.toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString()));
    List<String> lines = outcome.output().lines().toList();
    assertEquals(
        "error: [BW167] the processor path has Blockwork's processor, but not the libraries that it"
            + " needs: com.palantir.javapoet:javapoet, io.blockwork:blockwork-graph,"
            + " io.blockwork:blockwork-onnx, io.blockwork:blockwork-runtime",
        lines.get(0),
        outcome::output);
    assertEquals("1 error", lines.get(lines.size() - 1), outcome::output);
    assertFalse(outcome.output().contains("Exception"), outcome::output);
  }

  @ParameterizedTest
  @EnumSource
  @Shows(Message.CANNOT_WRITE)
  void saysWhichFileCannotBeWritten(Compiler compiler) {
    var full =
        new Environments.Wrapped(
            new BlockworkProcessor(),
            name -> {
              if (name.endsWith("Backward")) {
                throw new IOException("No space left on device");
              }
            });
    List<Finding> errors = ours(compiler.compile(TINY, List.of(full)));
    assertEquals(1, errors.size(), errors::toString);
    assertEquals(Message.CANNOT_WRITE.code(), errors.get(0).code());
    assertTrue(errors.get(0).text().contains("user.NetBackward: "), errors::toString);
    assertTrue(errors.get(0).text().contains("No space left on device"), errors::toString);
    assertEquals(6, errors.get(0).line());
  }

  @ParameterizedTest
  @EnumSource
  @Shows(Message.INTERNAL)
  void reportsItsOwnFaultsAtTheAnnotation(Compiler compiler) {
    var broken =
        new Environments.Wrapped(
            new BlockworkProcessor(),
            name -> {
              if (name.endsWith("Backward")) {
                throw new IllegalStateException("a bug");
              }
            });
    List<Finding> errors = ours(compiler.compile(TINY, List.of(broken)));
    assertEquals(1, errors.size(), errors::toString);
    assertEquals(Message.INTERNAL.code(), errors.get(0).code());
    assertEquals(5, errors.get(0).line());
  }

  @ParameterizedTest
  @EnumSource
  void reportsAllErrorsAtOnce(Compiler compiler) {
    Result result =
        compiler.compile(
            Map.of(
                "user/A.java",
                """
                package user;
                import io.blockwork.*;
                @DenseNet(
                    growth = 32,
                    blocks = {6, 12, 24, 16},
                    input = @Input(height = 16, width = 16),
                    dropout = 1,
                    classes = 0,
                    weights = "DENSNET121")
                public interface A extends Network {
                  int depth();
                  @Output("conv0") int width();
                }
                """,
                "user/B.java",
                """
                package user;
                import io.blockwork.*;
                @ResNet(blocks = {1, 0, -1}, groups = 2)
                class B {}
                """));
    Map<String, List<String>> byFile =
        result.errors().stream()
            .sorted(Comparator.comparing(Finding::line).thenComparing(Finding::code))
            .collect(
                Collectors.groupingBy(
                    Finding::file,
                    Collectors.mapping(f -> f.line() + " " + f.code(), Collectors.toList())));
    assertEquals(
        List.of("6 BW150", "7 BW121", "8 BW113", "9 BW153", "10 BW005", "11 BW007", "12 BW011"),
        byFile.get("A.java"));
    assertEquals(List.of("3 BW103", "3 BW103", "3 BW132", "4 BW001"), byFile.get("B.java"));
  }

  @ParameterizedTest
  @EnumSource
  void aSizeOfZeroIsMendedByTheLeastThatTheNetworkCanHave(Compiler compiler) {
    String source =
        """
        package user;
        import io.blockwork.*;
        @DenseNet(growth = 32, blocks = {6, 12, 24, 16}, input = @Input(height = 0, width = -1))
        public interface Net extends ImageClassifier {}
        """;
    List<Finding> findings = compiler.compile(Map.of("user/Net.java", source)).findings();
    assertEquals(2, findings.size(), findings::toString);
    for (Finding finding : findings) {
      assertEquals(Message.SIZE_RANGE.code(), finding.code());
      assertTrue(finding.text().contains("fix: use 29, the nearest allowed value;"), finding::text);
    }
  }

  @ParameterizedTest
  @EnumSource
  void codeThatUsesABrokenNetworkCompiles(Compiler compiler) throws Exception {
    Result result =
        compiler.compile(
            Map.of(
                "user/Net.java",
                """
                package user;
                import io.blockwork.*;
                @ResNet(blocks = 1, classes = 0)
                public interface Net extends ImageClassifier {
                  static NetNetwork pretrained() {
                    return NetNetwork.create(NetworkOptions.defaults());
                  }
                }
                """,
                "user/App.java",
                """
                package user;
                public final class App {
                  private final NetNetwork network = NetNetwork.create();
                  public Net net() {
                    return network;
                  }
                }
                """));
    assertEquals(List.of("BW113"), result.errors().stream().map(Finding::code).toList());
    String placeholder = result.source("user.NetNetwork");
    assertTrue(placeholder.contains("[BW113] classes is 0"), placeholder);
    // What the user's code meets should it run all the same, as Eclipse allows.
    Result again =
        compiler.compile(
            Map.of(
                "user/NetNetwork.java",
                placeholder,
                "user/Net.java",
                "package user; public interface Net extends io.blockwork.ImageClassifier {}"),
            "-proc:none");
    assertEquals(List.of(), again.findings());
  }

  @ParameterizedTest
  @EnumSource
  void aMissingValueIsLeftToTheCompiler(Compiler compiler) {
    Result result =
        compiler.compile(
            Map.of(
                "user/Net.java",
                """
                package user;
                import io.blockwork.*;
                @ResNet(bottleneck = true)
                public interface Net extends ImageClassifier {
                  static NetNetwork make() {
                    return NetNetwork.create();
                  }
                }
                """));
    assertTrue(result.errors().stream().anyMatch(f -> f.line() == 3), result::toString);
    assertEquals(List.of(), ours(result));
    // javac runs no processor after such an error, so that only ECJ can be spared what follows.
    assertEquals(compiler == Compiler.ECJ, result.findings().size() == 1, result::toString);
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownValueIsLeftToTheCompiler(Compiler compiler) {
    Result result =
        compiler.compile(
            Map.of(
                "user/Net.java",
                """
                package user;
                import io.blockwork.*;
                @ResNet(blocks = 1, stem = Stem.CIFARR, width = UNKNOWN)
                public interface Net extends ImageClassifier {}
                """));
    assertTrue(result.errors().stream().allMatch(f -> f.line() == 3), result::toString);
    assertEquals(List.of(), ours(result));
  }

  private static List<Finding> ours(Result result) {
    return result.findings().stream().filter(f -> !f.code().isEmpty()).toList();
  }

  /** Our only message; javac itself also warns of options that no processor declares. */
  private static Finding only(Result result) {
    assertEquals(1, ours(result).size(), result::toString);
    return ours(result).get(0);
  }
}
