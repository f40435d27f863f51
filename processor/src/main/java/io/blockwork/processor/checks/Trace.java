package io.blockwork.processor.checks;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.Shapes.Fault;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The shapes that lead through a network, a line each, for messages. */
final class Trace {
  private Trace() {}

  /** One line of the trace: the last shape so far, and what made it. */
  private static final class Step {
    private final Set<String> blocks = new LinkedHashSet<>();
    private Shape shape;
    private String what;

    Step(Shape shape, String what) {
      this.shape = shape;
      this.what = what;
    }

    void add(Node node, Shape next) {
      blocks.add(node.block().path());
      shape = next;
      what = blocks.size() == 1 ? node.block().title() : blocks.size() + " blocks";
    }
  }

  /** The shapes at the end of each stage, as far as inference came. */
  static String of(Graph graph, Shapes result) {
    Map<String, Step> steps = new LinkedHashMap<>();
    for (int id = 0; id < result.of().size(); id++) {
      Node node = graph.node(id);
      Shape shape = result.of().get(id);
      boolean faulty =
          result.fault().isPresent()
              && result.fault().get().node().block().equals(node.block())
              && !isSingle(node, graph);
      if (id == 0) {
        steps.put("input", new Step(shape, ""));
      } else if (!faulty && !isSingle(node, graph)) {
        String stage = node.block().stage().path();
        steps.computeIfAbsent(stage, s -> new Step(shape, "")).add(node, shape);
      } else if (!faulty && isShown(node)) {
        steps.put(node.op().path(), new Step(shape, node.op().description().phrase()));
      }
    }
    StringBuilder lines = new StringBuilder();
    steps.forEach((path, step) -> lines.append(line("    ", path, step.shape, step.what)));
    return lines.toString();
  }

  private static boolean isShown(Node node) {
    return node.op().role() == Role.WEIGHTED || node.op().role() == Role.POOL;
  }

  /** Whether the node stands for itself: outside all stages, and in a first one that is plain. */
  private static boolean isSingle(Node node, Graph graph) {
    Block block = node.block();
    Block last = graph.node(graph.nodes().size() - 1).block();
    return block.isNetwork()
        || block.equals(graph.node(1).block())
            && block.equals(block.stage())
            && !block.equals(last.stage());
  }

  private static String line(String indent, String path, Shape shape, String what) {
    String line =
        String.format(
            Locale.ROOT,
            "%s%-26s %5d x %3d x %3d   %s",
            indent,
            path,
            shape.channels(),
            shape.height(),
            shape.width(),
            what);
    return line.stripTrailing() + "\n";
  }

  /** The line of the layer that has no output. */
  static String fault(Fault fault) {
    Op op = fault.node().op();
    return String.format(
        Locale.ROOT, "  > %-26s %-17s   %s\n", op.path(), "no output", op.description().phrase());
  }
}
