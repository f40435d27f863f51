package io.blockwork.composition;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.graph.Graph;
import io.blockwork.graph.ModuleNames;
import io.blockwork.graph.Needed;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.dsl.Compositions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName(
    "Composed networks have the structure of their PyTorch originals at their standard size")
final class ComposedStructureTest {
  /** Takes the graph before anything is made of it. */
  @SupportedAnnotationTypes("io.blockwork.Model")
  private static final class Graphs extends AbstractProcessor {
    private final List<Graph> graphs = new ArrayList<>();

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latest();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      var compositions = new Compositions(processingEnv, Set.of("user.Net"));
      for (TypeElement annotation : annotations) {
        for (Element element : round.getElementsAnnotatedWith(annotation)) {
          for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
            if (mirror.getAnnotationType().asElement().equals(annotation)) {
              compositions
                  .network((TypeElement) element, mirror, true)
                  .graph()
                  .ifPresent(graphs::add);
            }
          }
        }
      }
      return false;
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "googlenet, networks.GoogLeNet",
    "inception_v3, networks.InceptionV3",
    "inception_v3_noaux, networks.InceptionV3(aux = false)",
    "inception_resnet_v2, networks.InceptionResNetV2",
    "vgg16_bn, examples.composed.Vgg16",
    "squeezenet1_1, examples.composed.SqueezeNet",
    "mobilenet_v2, examples.composed.MobileNetV2",
    "mobilenet_v3_small, examples.composed.MobileNetV3Small",
    "efficientnet_b0, examples.composed.EfficientNetB0",
    "regnet_y_400mf, examples.composed.RegNetY400MF"
  })
  void hasItsParametersShapesAndCost(String file, String annotation) throws IOException {
    JsonNode golden;
    try (InputStream in = getClass().getResourceAsStream("/golden/" + file + ".json")) {
      golden = new ObjectMapper().readTree(in);
    }
    JsonNode input = golden.get("facts").get("input");
    Graph graph = graph(annotation, input.get(1).intValue());
    List<Shape> shapes = Shapes.of(graph);
    assertAll(
        () -> assertEquals(lines(golden.get("state")), state(graph)),
        () -> assertEquals(golden.get("facts").get("macs").longValue(), macs(graph, shapes)),
        () -> assertStages(golden.get("facts").get("stages"), graph, shapes));
  }

  private static Graph graph(String annotation, int side) {
    String source =
        """
        package user;

        @io.blockwork.Model(input = @io.blockwork.Input(height = %1$d, width = %1$d))
        @io.blockwork.%2$s
        interface Net extends io.blockwork.ImageClassifier {}
        """
            .formatted(side, annotation);
    Graphs graphs = new Graphs();
    var unused =
        Compiler.javac()
            .withProcessors(graphs)
            .compile(JavaFileObjects.forSourceString("user.Net", source));
    assertEquals(1, graphs.graphs.size());
    return graphs.graphs.get(0);
  }

  private static String lines(JsonNode state) {
    StringBuilder lines = new StringBuilder();
    state.forEach(
        entry ->
            lines.append(entry.get(0).textValue()).append(' ').append(entry.get(1)).append('\n'));
    return lines.toString();
  }

  private static String state(Graph graph) {
    Map<String, Op> operations = new HashMap<>();
    graph.nodes().forEach(node -> operations.put(node.op().path(), node.op()));
    StringBuilder lines = new StringBuilder();
    for (String module : graph.modules()) {
      for (Parameter parameter : Objects.requireNonNull(operations.get(module)).parameters()) {
        String shape = parameter.shape().toString().replace(" ", "");
        lines.append(parameter.name()).append(' ').append(shape).append('\n');
      }
    }
    return lines.toString();
  }

  /** Multiply-adds of inference, which has no auxiliary heads. */
  private static long macs(Graph graph, List<Shape> shapes) {
    Set<Integer> needed = Needed.by(graph, Set.of(graph.output()));
    long macs = 0;
    for (Node node : graph.nodes()) {
      macs += needed.contains(node.id()) ? Totals.of(node, shapes).macs() : 0;
    }
    return macs;
  }

  private static void assertStages(JsonNode stages, Graph graph, List<Shape> shapes) {
    ModuleNames names = ModuleNames.of(graph);
    assertTrue(stages.size() > 5);
    for (JsonNode stage : stages) {
      String name = stage.get(0).textValue();
      JsonNode expected = stage.get(1);
      Shape shape = shapes.get(names.node(name).orElseThrow());
      int size = expected.size() > 1 ? expected.get(1).intValue() : 1;
      assertEquals(new Shape(expected.get(0).intValue(), size, size), shape, name);
    }
  }
}
