package io.blockwork.processor.shapes;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.shapes.ShapeInference.Fault;
import io.blockwork.processor.shapes.ShapeInference.Result;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The shapes that lead through a network, a line each, for messages. */
final class Trace {
  private static final String STEM = "stem";

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
  static String of(Graph graph, Result result) {
    Map<String, Step> steps = new LinkedHashMap<>();
    for (int id = 0; id < result.of().size(); id++) {
      Node node = graph.node(id);
      Shape shape = result.of().get(id);
      boolean faulty =
          result.fault().isPresent()
              && result.fault().get().node().block().equals(node.block())
              && !node.block().stage().equals(STEM);
      if (id == 0) {
        steps.put("input", new Step(shape, ""));
      } else if (faulty) {
        continue;
      } else if (!node.block().stage().equals(STEM)) {
        steps.computeIfAbsent(node.block().stage(), s -> new Step(shape, "")).add(node, shape);
      } else if (node.op() instanceof Op.Conv2d || node.op() instanceof Op.MaxPool2d) {
        steps.put(node.op().path(), new Step(shape, operation(node.op())));
      }
    }
    StringBuilder lines = new StringBuilder();
    steps.forEach((path, step) -> lines.append(line("    ", path, step.shape, step.what)));
    return lines.toString();
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
        Locale.ROOT, "  > %-26s %-17s   %s\n", op.path(), "no output", operation(op));
  }

  /** What a layer does: {@code 7x7 stride 2}. */
  static String operation(Op op) {
    if (op instanceof Op.Conv2d conv) {
      return window(conv.kernel(), conv.stride());
    } else if (op instanceof Op.MaxPool2d pool) {
      return window(pool.kernel(), pool.stride()) + " max pooling";
    } else if (op instanceof Op.AvgPool2d pool) {
      return window(pool.kernel(), pool.kernel()) + " pooling";
    }
    return op.leaf();
  }

  private static String window(int kernel, int stride) {
    return kernel + "x" + kernel + (stride == 1 ? "" : " stride " + stride);
  }
}
