package io.blockwork.processor.checks;

import io.blockwork.Stem;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.processor.architectures.Architectures;
import io.blockwork.processor.spec.DenseNetSpec;
import io.blockwork.processor.spec.InputSpec;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.ResNetSpec;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import io.blockwork.processor.spec.ResidualBlockSpec;
import io.blockwork.processor.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Finds what is possible, but probably not what the user wants. No published network has any. */
public final class NetworkWarnings {
  /** Behind the ImageNet stem, an image of this side leaves 8 pixels. */
  private static final int SMALL = 32;

  private static final int PLAIN_WIDTH = 64;

  private final Spec spec;
  private final Graph graph;
  private final List<Shape> shapes;

  private NetworkWarnings(Spec spec, Graph graph, List<Shape> shapes) {
    this.spec = spec;
    this.graph = graph;
    this.shapes = shapes;
  }

  /** The warnings for a network that has no problems. */
  public static List<Problem> of(Spec spec, Graph graph) {
    var warnings = new NetworkWarnings(spec, graph, Shapes.of(graph));
    List<Problem> found = new ArrayList<>();
    warnings.smallInput().ifPresent(found::add);
    warnings.oddSize(true).ifPresent(found::add);
    warnings.oddSize(false).ifPresent(found::add);
    warnings.wideGroups().ifPresent(found::add);
    // Single pixels are a consequence of a small input behind a large stem: one cause, one message.
    if (warnings.smallInput().isEmpty()) {
      warnings.singlePixel().ifPresent(found::add);
    }
    return found;
  }

  private Optional<Problem> smallInput() {
    InputSpec in = spec.input();
    boolean imagenet =
        (spec instanceof ResNetSpec r && r.stem() == Stem.IMAGENET)
            || (spec instanceof DenseNetSpec d && d.stem() == Stem.IMAGENET);
    if (!imagenet || Math.max(in.height(), in.width()) > SMALL) {
      return Optional.empty();
    }
    for (Node node : graph.nodes()) {
      if (node.op().role() == Role.POOL) {
        Shape map = shapes.get(node.id());
        return Optional.of(
            Problem.of(Message.SMALL_INPUT, "stem", in.height(), in.width(), plane(map))
                .orAt("input"));
      }
    }
    return Optional.empty();
  }

  private Optional<Problem> oddSize(boolean vertical) {
    Optional<Node> cut = cut(graph, shapes, vertical);
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    int size = vertical ? spec.input().height() : spec.input().width();
    String fix =
        nearest(size, -1, vertical).map(s -> s + " or ").orElse("")
            + nearest(size, 1, vertical).map(String::valueOf).orElse("a power of two");
    return Optional.of(
        Problem.of(
                Message.ODD_SIZE,
                vertical ? "input.height" : "input.width",
                cut.get().op().path(),
                plane(shapes.get(cut.get().input(0))),
                vertical ? "height" : "width",
                vertical ? "row" : "column",
                fix)
            .orAt("input", "blocks")
            .after(Trace.of(graph, Shapes.infer(graph))));
  }

  private static Optional<Node> cut(Graph graph, List<Shape> shapes, boolean vertical) {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof AvgPool2d pool) {
        Shape in = shapes.get(node.input(0));
        Window window = pool.window();
        boolean tiles =
            vertical
                ? in.height() % window.kernelHeight() == 0
                : in.width() % window.kernelWidth() == 0;
        if (!tiles) {
          return Optional.of(node);
        }
      }
    }
    return Optional.empty();
  }

  /** The next size in one direction that nothing is cut from. */
  private Optional<Integer> nearest(int size, int step, boolean vertical) {
    InputSpec in = spec.input();
    // Stem and transitions together halve an image at most nine times.
    for (int s = size + step; s > 0 && Math.abs(s - size) <= 512; s += step) {
      var input =
          new InputSpec(in.channels(), vertical ? s : in.height(), vertical ? in.width() : s);
      Graph other = Architectures.of(spec.with(input));
      var result = Shapes.infer(other);
      if (result.fault().isEmpty() && cut(other, result.of(), vertical).isEmpty()) {
        return Optional.of(s);
      }
    }
    return Optional.empty();
  }

  private Optional<Problem> wideGroups() {
    BlockStyle block;
    int planes;
    String conv;
    if (spec instanceof ResNetSpec s) {
      block = s.block();
      planes = s.width();
      conv = "layer1.0.conv2";
    } else if (spec instanceof ResidualBlockSpec s) {
      block = s.block();
      planes = s.planesOrDefault();
      conv = "conv2";
    } else {
      return Optional.empty();
    }
    int out = planes * block.expansion();
    // ResNeXt's groups are 4 to 48 wide; 64 is what remains when nobody sets the width.
    if (block.groups() == 1 || block.widthPerGroup() < PLAIN_WIDTH || block.inner(planes) <= out) {
      return Optional.empty();
    }
    int fit = Math.max(1, block.expansion() * PLAIN_WIDTH / block.groups());
    return Optional.of(
        Problem.of(
            Message.WIDE_GROUPS,
            "groups",
            block.groups(),
            block.widthPerGroup(),
            block.inner(planes),
            out,
            conv,
            fit));
  }

  private Optional<Problem> singlePixel() {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof BatchNorm2d && shapes.get(node.id()).isVector()) {
        InputSpec in = spec.input();
        IntPredicate works =
            s -> !normalisesPixels(Math.max(s, in.height()), Math.max(s, in.width()));
        int side = NetworkLimits.least(works);
        return Optional.of(
            Problem.of(
                    Message.SINGLE_PIXEL_NORM,
                    "input",
                    node.op().path(),
                    Math.max(side, in.height()) + "x" + Math.max(side, in.width()))
                .orAt("stride", "blocks")
                .after(Trace.of(graph, Shapes.infer(graph))));
      }
    }
    return Optional.empty();
  }

  private boolean normalisesPixels(int height, int width) {
    var input = new InputSpec(spec.input().channels(), height, width);
    Graph other = Architectures.of(spec.with(input));
    var result = Shapes.infer(other);
    return result.fault().isPresent()
        || other.nodes().stream()
            .anyMatch(n -> n.op() instanceof BatchNorm2d && result.of().get(n.id()).isVector());
  }

  private static String plane(Shape shape) {
    return shape.height() + " x " + shape.width();
  }
}
