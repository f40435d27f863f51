package io.blockwork.interpreter;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Copy;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.interpreter.RandomGraph.Case;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The random graphs of an ordinary run hold every operation, and every form of it. */
class RandomGraphTest {
  private static final List<Case> CASES =
      LongStream.rangeClosed(1, 200).mapToObj(RandomGraph::of).toList();

  @Test
  void holdEveryOperation() {
    Set<Class<?>> kinds = new HashSet<>();
    CASES.forEach(each -> each.graph().nodes().forEach(node -> kinds.add(node.op().getClass())));
    // Planners make copies, where values cannot share memory.
    kinds.add(Copy.class);
    assertThat(kinds).containsExactlyElementsIn(Op.kinds());
  }

  @Test
  void endInEveryFunction() {
    Set<Activation.Function> functions = EnumSet.of(Activation.Function.NONE);
    CASES.forEach(
        each ->
            each.graph().nodes().forEach(node -> functions.add(node.op().activation().function())));
    assertThat(functions).isEqualTo(EnumSet.allOf(Activation.Function.class));
  }

  /** What a node may be, with the shape of its first input. */
  private static <T extends Op> void holds(
      Class<T> kind, Map<String, BiPredicate<T, Shape>> forms) {
    Map<String, BiPredicate<T, Shape>> missing = new HashMap<>(forms);
    for (Case each : CASES) {
      List<Shape> shapes = Shapes.of(each.graph());
      for (Node node : each.graph().nodes()) {
        if (kind.isInstance(node.op())) {
          Shape in = shapes.get(node.input(0));
          missing.values().removeIf(form -> form.test(kind.cast(node.op()), in));
        }
      }
    }
    assertWithMessage(kind.getSimpleName()).that(missing.keySet()).isEmpty();
  }

  private static boolean isUneven(Window window) {
    var padding = window.padding();
    return padding.top() != padding.bottom() && padding.left() != padding.right();
  }

  @Test
  void holdConvolutionsOfAllForms() {
    holds(
        Conv2d.class,
        Map.of(
            "bias", (op, in) -> op.bias().isPresent(),
            "no bias", (op, in) -> op.bias().isEmpty(),
            "kernel of one row",
                (op, in) -> op.window().kernelHeight() == 1 && op.window().kernelWidth() > 4,
            "stride of two sides",
                (op, in) -> op.window().strideHeight() != op.window().strideWidth(),
            "dilation of two sides",
                (op, in) -> op.window().dilationHeight() != op.window().dilationWidth(),
            "padding of four sides", (op, in) -> isUneven(op.window()),
            "groups", (op, in) -> op.groups() > 1 && op.groups() < op.in(),
            "depthwise", (op, in) -> op.groups() > 1 && op.groups() == op.in()));
  }

  @Test
  void holdNormsOfAllForms() {
    holds(
        BatchNorm2d.class,
        Map.of(
            "torch's",
                (op, in) -> op.eps() == BatchNorm2d.EPS && op.momentum() == BatchNorm2d.MOMENTUM,
            "eps and momentum of its own", (op, in) -> op.eps() == 1e-3 && op.momentum() == 0.01,
            "computed again", (op, in) -> op.recompute()));
  }

  @Test
  void holdPoolsOfAllForms() {
    holds(
        MaxPool2d.class,
        Map.of(
            "two sides", (op, in) -> op.window().kernelHeight() != op.window().kernelWidth(),
            "padding of four sides", (op, in) -> isUneven(op.window()),
            "ceil mode", (op, in) -> op.window().ceiling()));
    holds(
        AvgPool2d.class,
        Map.of(
            "ceil mode", (op, in) -> op.window().ceiling(),
            "padding counts", (op, in) -> op.countPadding() && op.window().padding().top() > 0,
            "padding does not count",
                (op, in) -> !op.countPadding() && op.window().padding().top() > 0));
    holds(
        AdaptiveAvgPool2d.class,
        Map.of("windows that overlap", (op, in) -> in.height() % op.height() != 0));
    holds(
        AdaptiveMaxPool2d.class,
        Map.of("windows that overlap", (op, in) -> in.height() % op.height() != 0));
  }

  @Test
  void holdLinearLayersOfAllForms() {
    holds(
        Linear.class,
        Map.of(
            "on vectors", (op, in) -> in.isVector(),
            "on whole maps", (op, in) -> !in.isVector() && op.in() == in.elements(),
            "on the channels of each place", (op, in) -> !in.isVector() && op.in() == in.channels(),
            "no bias", (op, in) -> op.bias().isEmpty()));
  }

  @Test
  void holdSumsOfAllForms() {
    holds(
        Sum.class,
        Map.of(
            "more than two", (op, in) -> op.factors().size() > 2,
            "factors", (op, in) -> !op.isPlain()));
  }

  @Test
  void areGraphsThatNoFamilyHas() {
    Map<String, Predicate<Graph>> forms = new HashMap<>();
    forms.put(
        "one value twice in a sum", graph -> any(graph, n -> twice(n) && n.op() instanceof Sum));
    forms.put(
        "one value twice in a concatenation", graph -> any(graph, n -> twice(n) && n.op().joins()));
    forms.put("two concatenations of one value", graph -> shared(graph, Concat.class));
    forms.put("two sums of one value", graph -> shared(graph, Sum.class));
    forms.put(
        "a concatenation in another",
        graph -> any(graph, n -> n.op().joins() && reads(graph, n, read -> read.op().joins())));
    forms.put(
        "the images in a concatenation",
        graph -> any(graph, n -> n.op().joins() && n.inputs().contains(0)));
    forms.put("several outputs", graph -> graph.outputs().size() > 1);
    forms.put(
        "an auxiliary output that others read",
        graph ->
            graph.outputs().stream()
                .filter(output -> output.kind() == Output.Kind.AUXILIARY)
                .anyMatch(output -> !graph.consumers().get(output.node()).isEmpty()));
    forms.put("blocks that take turns", RandomGraphTest::interleaves);
    Map<String, Predicate<Graph>> missing = new HashMap<>(forms);
    CASES.forEach(each -> missing.values().removeIf(form -> form.test(each.graph())));
    assertThat(missing.keySet()).isEmpty();
  }

  private static boolean any(Graph graph, Predicate<Node> is) {
    return graph.nodes().stream().anyMatch(is);
  }

  private static boolean twice(Node node) {
    return Set.copyOf(node.inputs()).size() < node.inputs().size();
  }

  private static boolean reads(Graph graph, Node node, Predicate<Node> is) {
    return node.inputs().stream().map(graph::node).anyMatch(is);
  }

  /** Whether two operations of a kind read one value. */
  private static boolean shared(Graph graph, Class<? extends Op> kind) {
    return graph.consumers().stream()
        .anyMatch(
            readers ->
                readers.stream().filter(n -> kind.isInstance(n.op())).distinct().count() > 1);
  }

  /** Whether a block goes on after another. */
  private static boolean interleaves(Graph graph) {
    Set<String> left = new HashSet<>();
    String current = "";
    for (Node node : graph.nodes()) {
      String block = node.block().path();
      if (!block.equals(current)) {
        left.add(current);
        current = block;
        if (!block.isEmpty() && left.contains(block)) {
          return true;
        }
      }
    }
    return false;
  }
}
