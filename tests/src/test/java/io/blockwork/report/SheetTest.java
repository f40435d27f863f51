package io.blockwork.report;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.processor.BlockworkProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.StandardLocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sheets of two networks, whose figures are those of torchvision's. */
class SheetTest {
  /** A network: torchvision's count of parameters, and multiply-adds at 224 x 224. */
  enum Case {
    RESNET50("@ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)", 25_557_032L, 4_089_184_256L, 6),
    DENSENET121("@DenseNet(blocks = {6, 12, 24, 16}, growth = 32)", 7_978_856L, 2_834_161_664L, 9);

    private final String annotation;
    private final long parameters;
    private final long macs;
    private final int stages;

    Case(String annotation, long parameters, long macs, int stages) {
      this.annotation = annotation;
      this.parameters = parameters;
      this.macs = macs;
      this.stages = stages;
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void saysTorchvisionsTotalsAndNeedsNothingElse(Case network) throws IOException {
    String html = sheet(network.annotation);
    assertEquals(network.parameters, figure(html, "parameters"));
    assertEquals(network.macs, figure(html, "macs"));
    assertEquals(4 * network.parameters, figure(html, "weights"));
    assertTrue(figure(html, "planned") < figure(html, "activations"));
    assertEquals(network.stages, count(html, "<svg class=\"stage\""));
    assertEquals(network.stages, count(html, "<details>"));
    assertFalse(
        Pattern.compile("<script|src=|href=|https?:|@import|@font-face").matcher(html).find());
    long parameters = 0;
    long macs = 0;
    Matcher sums =
        Pattern.compile("<tr class=\"sum\"><th[^>]*>[^<]*<td>([\\d,]+)<td>([\\d,]+)").matcher(html);
    while (sums.find()) {
      parameters += number(sums.group(1));
      macs += number(sums.group(2));
    }
    assertEquals(network.parameters, parameters);
    assertEquals(network.macs, macs);
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void fitsWideAndNarrowWindows(Case network, @TempDir Path folder) throws Exception {
    Optional<Chromium> chromium = Chromium.find();
    assumeTrue(
        chromium.isPresent(), "no Chromium on the PATH: the sheet was not opened in a browser");
    String html = sheet(network.annotation).replace("<details>", "<details open>");
    for (int width : new int[] {1280, 400}) {
      String dom = chromium.get().open(framed(html, width), folder);
      assertEquals(0, result(dom, "beyond"), "the page scrolls sideways");
      assertEquals(network.parameters, result(dom, "parameters"));
      assertEquals(network.parameters, result(dom, "sum"));
      assertEquals(0, result(dom, "overflowing"), "labels that do not fit their diagram");
    }
  }

  @Test
  void groupsTheBlocksOfDeepNetworks() throws IOException {
    String html =
        sheet(
            "@ResNet(blocks = {200, 200, 200}, stem = Stem.CIFAR, width = 16, shortcut = Shortcut.PAD,"
                + " classes = 10, input = @Input(height = 32, width = 32))");
    assertEquals(19_421_274, figure(html, "parameters"));
    assertTrue(html.contains("layer2.1 … layer2.199"));
    assertTrue(html.length() < 200_000, "the page has %,d characters".formatted(html.length()));
  }

  @Test
  void isWrittenOnlyWhenAskedFor() {
    Compilation compilation = compile("@ResNet(blocks = {1})");
    assertThat(compilation).succeeded();
    assertTrue(
        compilation.generatedFile(StandardLocation.CLASS_OUTPUT, "nets", "Net.html").isEmpty());
  }

  /** A page that opens the sheet in a window of the given width and writes down what it finds. */
  private static String framed(String html, int width) {
    String page = html.replace("&", "&amp;").replace("\"", "&quot;");
    return """
        <!DOCTYPE html><meta charset="utf-8"><pre id="result"></pre>
        <iframe style="width:%dpx;height:900px;border:0" srcdoc="%s"></iframe>
        <script>
        onload = () => {
          const page = document.querySelector('iframe').contentDocument;
          const number = text => Number(text.replaceAll(',', ''));
          let sum = 0;
          for (const td of page.querySelectorAll('tr.sum td:nth-child(2)')) sum += number(td.textContent);
          let overflowing = 0;
          for (const text of page.querySelectorAll('svg.stage text')) {
            const box = text.getBBox(), view = text.ownerSVGElement.viewBox.baseVal;
            if (box.x < 0 || box.x + box.width > view.width) overflowing++;
          }
          document.getElementById('result').textContent =
              'beyond=' + (page.documentElement.scrollWidth - page.documentElement.clientWidth)
              + ';parameters=' + number(page.getElementById('parameters').textContent)
              + ';sum=' + sum + ';overflowing=' + overflowing + ';';
        };
        </script>
        """
        .formatted(width, page);
  }

  private static long result(String dom, String key) {
    Matcher matcher = Pattern.compile("[>;]" + key + "=(\\d+);").matcher(dom);
    assertTrue(matcher.find(), () -> key + " is missing");
    return Long.parseLong(matcher.group(1));
  }

  private static long figure(String html, String id) {
    Matcher matcher = Pattern.compile("<dd id=\"" + id + "\">([\\d,]+)</dd>").matcher(html);
    assertTrue(matcher.find(), id);
    return number(matcher.group(1));
  }

  private static long number(String text) {
    return Long.parseLong(text.replace(",", ""));
  }

  private static int count(String html, String what) {
    return html.split(Pattern.quote(what), -1).length - 1;
  }

  private static String sheet(String annotation) throws IOException {
    Compilation compilation = compile(annotation, "-Ablockwork.report=true");
    assertThat(compilation).succeeded();
    try (InputStream in =
        compilation
            .generatedFile(StandardLocation.CLASS_OUTPUT, "nets", "Net.html")
            .orElseThrow()
            .openInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Compilation compile(String annotation, Object... options) {
    return Compiler.javac()
        .withProcessors(new BlockworkProcessor())
        .withOptions(options)
        .compile(
            JavaFileObjects.forSourceString(
                "nets.Net",
                "package nets; import io.blockwork.*;\n%s public interface Net extends ImageClassifier {}"
                    .formatted(annotation)));
  }
}
