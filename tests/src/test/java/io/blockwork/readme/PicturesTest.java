package io.blockwork.readme;

import static com.google.common.truth.Truth.assertWithMessage;
import static java.util.stream.Collectors.joining;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.processor.BlockworkProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures of the README and the guide: those that the report about a network has. */
@DisplayName("The pictures")
final class PicturesTest {
  private static final Pattern FIGURE =
      Pattern.compile(
          "<figcaption><b>([^<]*)</b>.*?<svg class=\"part\" (viewBox=\"0 0 ([\\d.]+) ([\\d.]+)\".*?</svg>)",
          Pattern.DOTALL);
  private static final Pattern COLORS = Pattern.compile(":root \\{.*?\\}", Pattern.DOTALL);
  private static final Pattern MARKER = Pattern.compile("<defs>.*?</defs>", Pattern.DOTALL);

  /** Rules of the page's style that count within such a picture. */
  private static final Pattern RULES =
      Pattern.compile(
          "(?m)^(text|#tip|\\.(mid|end|name|note|halo|op|plus|edge|arrow|skip|join|pill)\\b).*\\}$");

  private static final Path PICTURES = Path.of("..", "examples", "guide", "pictures");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bottleneck    | layer1.0 | @ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)",
        "basic         | layer2.0 | @ResNet(blocks = {2, 2, 2, 2})",
        "dense         | denseblock1 | @DenseNet(growth = 32, blocks = {6, 12, 24, 16})",
        "transition    | transition1 | @DenseNet(growth = 32, blocks = {6, 12, 24, 16})"
      })
  void areMadeByTheCode(String name, String block, String annotation) throws IOException {
    String svg = picture(page(annotation), block);
    Path file = PICTURES.resolve(name + ".svg");
    if (Boolean.getBoolean("blockwork.rewrite")) {
      Files.createDirectories(PICTURES);
      Files.writeString(file, svg);
    }
    assertWithMessage("%s: write it anew with -Dblockwork.rewrite=true", file)
        .that(Files.exists(file) ? Files.readString(file) : "")
        .isEqualTo(svg);
  }

  private static String page(String annotation) throws IOException {
    Compilation compilation =
        Compiler.javac()
            .withProcessors(new BlockworkProcessor())
            .withOptions("-Ablockwork.report=true")
            .compile(
                JavaFileObjects.forSourceString(
                    "user.Net",
                    "package user;\nimport io.blockwork.*;\n"
                        + annotation
                        + "\npublic interface Net extends ImageClassifier {}\n"));
    JavaFileObject page =
        compilation
            .generatedFile(StandardLocation.CLASS_OUTPUT, "user", "Net.html")
            .orElseThrow(() -> new AssertionError("no report: " + compilation.diagnostics()));
    try (InputStream in = page.openInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A block's picture as a file of its own: with the page's style and arrows, on white. */
  private static String picture(String page, String block) {
    Matcher figures = FIGURE.matcher(page);
    List<String> captions = new ArrayList<>();
    while (figures.find()) {
      captions.add(figures.group(1));
      if (figures.group(1).startsWith(block)) {
        String inner = figures.group(2).substring(figures.group(2).indexOf('>') + 1);
        String style =
            first(COLORS, page)
                + "\nsvg { font: 12px system-ui, sans-serif; }\n"
                + RULES.matcher(page).results().map(MatchResult::group).collect(joining("\n"));
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$s %2$s" width="%1$s" height="%2$s">
            <style>
            %3$s
            </style>
            %4$s
            <rect width="100%%" height="100%%" fill="#ffffff"/>
            %5$s
            """
            .formatted(
                figures.group(3), figures.group(4), style, first(MARKER, page), inner.strip());
      }
    }
    throw new AssertionError("no picture of " + block + ", but of " + captions);
  }

  private static String first(Pattern pattern, String page) {
    Matcher matcher = pattern.matcher(page);
    assertWithMessage("%s", pattern).that(matcher.find()).isTrue();
    return matcher.group();
  }
}
