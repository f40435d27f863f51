package io.blockwork.report;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.plans.InferencePlanner;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.interpreter.RandomGraph;
import io.blockwork.processor.BlockworkProcessor;
import io.blockwork.processor.report.Sheet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.StandardLocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sheets of networks, whose figures are those of torchvision's. */
class SheetTest {
  /** A network: torchvision's count of parameters, and multiply-adds at 224 x 224. */
  enum Case {
    RESNET50("@ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)", 25_557_032L, 4_089_184_256L, 6),
    DENSENET121("@DenseNet(blocks = {6, 12, 24, 16}, growth = 32)", 7_978_856L, 2_834_161_664L, 9),
    GOOGLENET("@Model @GoogLeNet(aux = false)", 6_624_904L, 1_498_376_192L, 13);

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
    assertEquals(4 * network.parameters, bytes(html, "weights"));
    assertTrue(bytes(html, "planned") < bytes(html, "activations"));
    assertEquals(network.stages, count(html, "class=\"slab"));
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

  @Test
  void saysSizesInMegabytesAndQuotesTheAnnotation() throws IOException {
    String html = sheet("@ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)");
    assertTrue(html.contains("title=\"102,228,128 bytes\">102.2 MB</dd>"));
    assertTrue(
        html.contains("@ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)\ninterface Net</pre>"));
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
    assertTrue(html.contains("layer2.1 … 199</b> <span class=\"times\">× 199</span>"));
    assertTrue(html.length() < 200_000, "the page has %,d characters".formatted(html.length()));
  }

  @Test
  void drawsTheBranchesOfInceptionModules() throws IOException {
    Drawing module = Drawing.of(sheet("@Model @GoogLeNet(aux = false)"), "inception3a");
    module.checkLayout();
    assertTrue(
        module
            .texts()
            .containsAll(
                List.of("branch1", "branch2.0", "branch2.1", "branch3.0", "branch4.0", "output")));
    assertTrue(module.texts().containsAll(List.of("1×1, norm, relu", "max 3×3", "concat")));
    assertTrue(module.texts().containsAll(List.of("192×28×28", "96×28×28", "256×28×28")));
    String at = "inception3a.";
    assertEquals(
        List.of(
            at + "branch1.conv -> " + at + "output",
            at + "branch2.0.conv -> " + at + "branch2.1.conv",
            at + "branch2.1.conv -> " + at + "output",
            at + "branch3.0.conv -> " + at + "branch3.1.conv",
            at + "branch3.1.conv -> " + at + "output",
            at + "branch4.0 -> " + at + "branch4.1.conv",
            at + "branch4.1.conv -> " + at + "output",
            at + "output -> output",
            "maxpool2 -> " + at + "branch1.conv",
            "maxpool2 -> " + at + "branch2.0.conv",
            "maxpool2 -> " + at + "branch3.0.conv",
            "maxpool2 -> " + at + "branch4.0"),
        module.edges());
  }

  @Test
  void drawsShortcutsGatesAndProjections() throws IOException {
    String html = sheet("@ResNet(blocks = {2}, width = 8, squeezeExcitation = 4)");
    Drawing block = Drawing.of(html, "layer1.0 … 1");
    block.checkLayout();
    String at = "layer1.0.";
    assertEquals(
        List.of(
            at + "add -> " + at + "relu",
            at + "conv1 -> " + at + "conv2",
            at + "conv2 -> " + at + "se.scale",
            at + "conv2 -> " + at + "se.squeeze",
            at + "relu -> relu",
            at + "se.fc1 -> " + at + "se.fc2",
            at + "se.fc2 -> " + at + "se.scale",
            at + "se.scale -> " + at + "add",
            at + "se.squeeze -> " + at + "se.fc1",
            "maxpool -> " + at + "add",
            "maxpool -> " + at + "conv1"),
        block.edges());
    assertEquals(1, block.boxes().stream().filter(b -> b.style().contains("product")).count());
    assertEquals(1, block.boxes().stream().filter(b -> b.style().contains("sum")).count());
  }

  @Test
  void drawsAuxiliaryHeadsApart() throws IOException {
    String html = sheet("@Model @GoogLeNet");
    Drawing heads = Drawing.of(html, "aux1 … aux2 × 2");
    heads.checkLayout();
    assertTrue(heads.auxiliary());
    assertTrue(heads.texts().contains("512…528×14×14"));
    assertTrue(heads.texts().contains("auxiliary output"));
    assertEquals(1, Drawing.of(html).stream().filter(Drawing::auxiliary).count());
    assertTrue(html.contains("the loss of aux1 weighs 0.3, the loss of aux2 weighs 0.3"));
    assertEquals(2, count(html, "class=\"slab k0 aux\""));
  }

  @Test
  void drawsOnePictureForDenseLayersOfGrowingWidth() throws IOException {
    String html = sheet("@DenseNet(blocks = {6, 12, 24, 16}, growth = 32)");
    Drawing layer = Drawing.of(html, "denseblock3.denselayer1 … denselayer24 × 24");
    layer.checkLayout();
    assertTrue(layer.texts().contains("256…992×14×14"));
    assertTrue(layer.texts().contains("288…1024×14×14"));
    assertEquals(9, Drawing.of(html).size());
  }

  @Test
  void drawsABodyOfManyNodesAsFarAsItsFirstOnes() throws IOException {
    StringBuilder body =
        new StringBuilder("@Conv(out = 4, kernel = 3, padding = 1) interface s0 {}\n");
    for (int i = 1; i <= 650; i++) {
      body.append("@Conv(out = 4, kernel = 3, padding = 1) interface c%d {}\n".formatted(i));
      body.append("@Relu interface r%d {}\n".formatted(i));
      body.append("@Sum @From({s%d.class, r%d.class}) interface s%d {}\n".formatted(i - 1, i, i));
    }
    body.append("@GlobalAvgPool interface pool {}\n@Linear(out = 3) interface fc {}\n");
    String html = sheet("@Model(input = @Input(height = 8, width = 8))", body.toString());
    Drawing drawing = Drawing.of(html).get(0);
    drawing.checkLayout();
    assertTrue(drawing.boxes().size() < 50, () -> drawing.boxes().size() + " boxes");
    assertTrue(
        drawing.texts().stream().anyMatch(text -> text.matches("1,\\d\\d\\d more operations")));
    assertTrue(html.length() < 500_000, "the page has %,d characters".formatted(html.length()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void drawsAnyGraphWithoutOverlaps(long seed) {
    Graph graph = RandomGraph.of(seed).graph();
    var inference = InferencePlanner.plan(Transforms.forInference(graph));
    String html = Sheet.html("Any", List.of(), graph, Shapes.of(graph), inference);
    List<Drawing> drawings = Drawing.of(html);
    drawings.forEach(Drawing::checkLayout);
    Set<String> shown = new HashSet<>();
    drawings.forEach(
        drawing ->
            drawing
                .boxes()
                .forEach(
                    box -> box.title().lines().forEach(line -> shown.add(line.split(":", 2)[0]))));
    // Parts of one operation have no picture of their own.
    long missing = graph.nodes().stream().filter(node -> !shown.contains(node.op().path())).count();
    assertTrue(missing <= count(html, "<details>"), () -> missing + " operations are not drawn");
  }

  @Test
  void isWrittenOnlyWhenAskedFor() {
    Compilation compilation = compile("@ResNet(blocks = {1})", "");
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
          for (const text of page.querySelectorAll('svg.part text')) {
            const box = text.getBBox(), view = text.ownerSVGElement.viewBox.baseVal;
            if (box.x < 0 || box.x + box.width > view.width) overflowing++;
          }
          for (const pill of page.querySelectorAll('svg.part rect')) {
            // What is written in a box follows it.
            const room = pill.getBBox();
            for (let text = pill.nextElementSibling; text && text.tagName == 'text'; text = text.nextElementSibling) {
              const box = text.getBBox();
              if (text.classList.contains('mid') && (box.x < room.x || box.x + box.width > room.x + room.width)) overflowing++;
            }
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

  /** Exact, from what shows on pointing at it. */
  private static long bytes(String html, String id) {
    Matcher matcher =
        Pattern.compile("<dd id=\"" + id + "\" title=\"([\\d,]+) bytes\">").matcher(html);
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
    return sheet(annotation, "");
  }

  private static String sheet(String annotation, String body) throws IOException {
    Compilation compilation = compile(annotation, body, "-Ablockwork.report=true");
    assertThat(compilation).succeeded();
    try (InputStream in =
        compilation
            .generatedFile(StandardLocation.CLASS_OUTPUT, "nets", "Net.html")
            .orElseThrow()
            .openInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Compilation compile(String annotation, String body, Object... options) {
    return Compiler.javac()
        .withProcessors(new BlockworkProcessor())
        .withOptions(options)
        .compile(
            JavaFileObjects.forSourceString(
                "nets.Net",
                """
                package nets;
                import io.blockwork.*;
                import io.blockwork.networks.*;
                import io.blockwork.ops.*;
                %s public interface Net extends ImageClassifier {
                %s}
                """
                    .formatted(annotation, body)));
  }
}
