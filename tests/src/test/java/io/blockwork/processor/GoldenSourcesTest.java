package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Generated sources read as they should")
final class GoldenSourcesTest {
  private static final int WIDTH = 120;
  private static final String IMAGE = "stem = Stem.CIFAR, input = @Input(height = 8, width = 8)";
  private static final Pattern IMPORT = Pattern.compile("import (?:static )?[\\w.]*\\.(\\w+);");
  private static final Pattern LOCAL = Pattern.compile("(?m)^ +(?:final )?[A-Z]\\w* (\\w+) = ");
  private static final Pattern QUALIFIED = Pattern.compile("\\b(?:io|java|javax|org)\\.\\w+\\.");

  private static final Map<String, String> NETWORKS =
      Map.of(
          "Basic",
          "@ResNet(blocks = {2, 1}, width = 4, classes = 3, " + IMAGE + ")",
          "Bottleneck",
          "@ResNet(blocks = {1, 2}, bottleneck = true, width = 4, squeezeExcitation = 2, classes = 3, input = @Input(height = 64, width = 48))",
          "PreActivated",
          "@ResNet(blocks = {1, 1}, version = ResNetVersion.V2, shortcut = Shortcut.PAD, width = 4, classes = 3, "
              + IMAGE
              + ")",
          "Dense",
          "@DenseNet(blocks = {2, 1}, growth = 4, dropout = 0.2, memoryEfficient = true, classes = 3, "
              + IMAGE
              + ")",
          "WithFeatures",
          "@ResNet(blocks = {1, 1}, width = 4, classes = 3, " + IMAGE + ")",
          "Sized",
          "@ResNet(blocks = 1, width = 4, classes = 3, stem = Stem.CIFAR, input = @Input(height = 8, width = 8, sizes = {4, 6}))",
          "BareResidual",
          "@ResidualBlock(channels = 4, planes = 8, stride = 2, input = @Input(channels = 4, height = 8, width = 8))",
          "BareDense",
          "@DenseBlock(channels = 4, growth = 4, layers = 2, bnSize = 0, input = @Input(channels = 4, height = 8, width = 8))");

  /** What stands in the interfaces that are not empty. */
  private static final Map<String, String> BODIES =
      Map.of(
          "WithFeatures",
          """

            record Pyramid(@Output("layer2") INDArray c3, @Output("layer1.0.conv1") INDArray first) {}

            @Output("layer1")
            INDArray stem(INDArray images);

            Pyramid pyramid(INDArray images);
          """,
          "Sized",
          """

            @Output("layer1")
            INDArray features(INDArray images);
          """);

  private static final String KINDS =
      """
      Basic
      Bottleneck
      PreActivated
      Dense
      WithFeatures
      Sized
      BareResidual
      BareDense
      """;

  @ParameterizedTest
  @CsvSource(textBlock = KINDS)
  void areTheExpectedText(String name) throws IOException {
    for (Map.Entry<String, String> source : generate(name).entrySet()) {
      String file = source.getKey().substring("user.".length()) + ".java";
      Expected.check(Path.of("src/test/resources/expected", name, file), source.getValue());
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = KINDS)
  void haveNothingSuperfluous(String name) {
    generate(name).forEach(GoldenSourcesTest::check);
  }

  @ParameterizedTest
  @CsvSource({
    "'@ResNet(blocks = {3, 4, 23, 3}, bottleneck = true)'",
    "'@DenseNet(growth = 32, blocks = {6, 12, 24, 16})'"
  })
  void largeNetworksHaveNothingSuperfluousEither(String annotation) {
    compile("Large", annotation).forEach(GoldenSourcesTest::check);
  }

  private static void check(String name, String text) {
    List<String> faults = new ArrayList<>();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].length() > WIDTH) {
        faults.add("line " + (i + 1) + " has " + lines[i].length() + " columns");
      }
      if (!lines[i].equals(lines[i].stripTrailing()) || lines[i].contains("\t")) {
        faults.add("line " + (i + 1) + " has superfluous space");
      }
      boolean statement = !lines[i].startsWith("import") && !lines[i].startsWith("package");
      boolean comment = lines[i].strip().startsWith("*") || lines[i].strip().startsWith("/*");
      String code = lines[i].replaceAll("\"[^\"]*\"", "\"\"").replaceAll("//.*", "");
      if (statement && !comment && QUALIFIED.matcher(code).find()) {
        faults.add("line " + (i + 1) + " has a qualified name");
      }
    }
    if (text.contains("\n\n\n") || text.contains("SuppressWarnings") || !text.endsWith("}\n")) {
      faults.add("blank lines, suppressed warnings, or a ragged end");
    }
    once(text, IMPORT, "import", faults);
    once(text, LOCAL, "variable", faults);
    assertTrue(faults.isEmpty(), () -> name + ": " + faults);
  }

  private static void once(String text, Pattern pattern, String what, List<String> faults) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      Matcher uses = Pattern.compile("\\b" + matcher.group(1) + "\\b").matcher(text);
      long count = uses.results().count();
      if (count < 2) {
        faults.add("unused " + what + " " + matcher.group(1));
      }
    }
  }

  private static Map<String, String> generate(String name) {
    return compile(name, Objects.requireNonNull(NETWORKS.get(name)));
  }

  private static Map<String, String> compile(String name, String annotation) {
    String supertype = annotation.contains("Block(") ? "Network" : "ImageClassifier";
    String source =
        "package user;\n\nimport io.blockwork.*;\nimport org.nd4j.linalg.api.ndarray.INDArray;\n\n%s\npublic interface %s extends %s {%s}\n"
            .formatted(annotation, name, supertype, BODIES.getOrDefault(name, ""));
    Compiler.Result result = Compiler.JAVAC.compile(Map.of("user/" + name + ".java", source));
    assertEquals(List.of(), result.findings());
    return result.sources();
  }
}
