package io.blockwork.processor.checks;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Needed;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds what is possible, but probably not what the user wants, in any network. Auxiliary heads,
 * whose maps are small on purpose, are left alone. No published network has a warning.
 */
public final class NetworkWarnings {
  /** Of an image of this side, a stem for large images leaves 8 pixels. */
  private static final int SMALL = 32;

  /** A side at which no map is small because of the image. */
  private static final int AMPLE = 1 << 11;

  private final Graph graph;

  /** The network for images of another shape; empty if it cannot run. */
  private final Function<Shape, Optional<Graph>> resized;

  private final List<Shape> shapes;
  private final Set<Integer> main;

  private NetworkWarnings(Graph graph, Function<Shape, Optional<Graph>> resized) {
    this.graph = graph;
    this.resized = resized;
    this.shapes = Shapes.of(graph);
    this.main = Needed.by(graph, Set.of(graph.output()));
  }

  /** The warnings for a network that has no problems. */
  public static List<Problem> of(Graph graph, Function<Shape, Optional<Graph>> resized) {
    var warnings = new NetworkWarnings(graph, resized);
    List<Problem> found = new ArrayList<>();
    Optional<Problem> small = warnings.smallInput();
    add(small, found);
    add(warnings.oddSize(true), found);
    add(warnings.oddSize(false), found);
    add(warnings.wideGroups(), found);
    // Single pixels are a consequence of a small input behind a large stem: one cause, one message.
    if (small.isEmpty()) {
      add(warnings.singlePixel(), found);
    }
    return found;
  }

  private static void add(Optional<Problem> warning, List<Problem> found) {
    if (warning.isPresent()) {
      found.add(warning.get());
    }
  }

  private Shape input() {
    return shapes.get(0);
  }

  /** One convolution and a pool that leave a sixteenth, or less, of a small image. */
  private Optional<Problem> smallInput() {
    Optional<Node> first = Optional.empty();
    for (Node node : graph.nodes()) {
      Shape map = shapes.get(node.id());
      if (node.op().role() == Role.WEIGHTED) {
        if (first.isPresent()) {
          return Optional.empty();
        }
        first = Optional.of(node);
      } else if (node.op().role() == Role.POOL && first.isPresent()) {
        boolean small =
            Math.max(input().height(), input().width()) <= SMALL
                && !map.isVector()
                && 4 * map.height() <= input().height()
                && 4 * map.width() <= input().width();
        return small
            ? Optional.of(
                Problem.of(
                        Message.SMALL_INPUT,
                        "stem",
                        input().height(),
                        input().width(),
                        plane(map),
                        first.get().op().path(),
                        node.op().path())
                    .orAt("input"))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private Optional<Problem> oddSize(boolean vertical) {
    Optional<Node> cut = cut(graph, shapes, vertical);
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    int size = vertical ? input().height() : input().width();
    String fix =
        nearest(size, -1, vertical).map(s -> s + " or ").orElse("")
            + nearest(size, 1, vertical).map(String::valueOf).orElse("a power of two");
    Window window = tiling(cut.get().op()).orElseThrow();
    return Optional.of(
        Problem.of(
                Message.ODD_SIZE,
                vertical ? "input.height" : "input.width",
                cut.get().op().path(),
                plane(shapes.get(cut.get().input(0))),
                vertical ? "height" : "width",
                vertical ? "row" : "column",
                fix,
                window.kernelHeight() + "x" + window.kernelWidth())
            .orAt("input", "blocks")
            .after(Trace.of(graph, Shapes.infer(graph))));
  }

  /** The window of a pool that is meant to see each value once. */
  private static Optional<Window> tiling(Op op) {
    return op.poolWindow()
        .filter(
            w ->
                w.strideHeight() == w.kernelHeight()
                    && w.strideWidth() == w.kernelWidth()
                    && w.padding().isNone()
                    && !w.ceiling());
  }

  private static Optional<Node> cut(Graph graph, List<Shape> shapes, boolean vertical) {
    for (Node node : graph.nodes()) {
      Optional<Window> window = tiling(node.op());
      if (window.isPresent()) {
        Shape in = shapes.get(node.input(0));
        int rest =
            vertical
                ? in.height() % window.get().kernelHeight()
                : in.width() % window.get().kernelWidth();
        if (rest != 0) {
          return Optional.of(node);
        }
      }
    }
    return Optional.empty();
  }

  /** The next size in one direction that nothing is cut from. */
  private Optional<Integer> nearest(int size, int step, boolean vertical) {
    // Networks halve an image a few times: what is not found near is not worth a search.
    for (int s = size + step; s > 0 && Math.abs(s - size) <= 512; s += step) {
      Shape other =
          new Shape(
              input().channels(), vertical ? s : input().height(), vertical ? input().width() : s);
      Optional<Graph> graph = resized.apply(other);
      if (graph.isPresent() && cut(graph.get(), Shapes.of(graph.get()), vertical).isEmpty()) {
        return Optional.of(s);
      }
    }
    return Optional.empty();
  }

  /**
   * A convolution in groups that is wider than what its block makes. Groups of published networks
   * are narrower than a quarter of that: ResNeXt's are 4 to 48 wide, beside 256.
   */
  private Optional<Problem> wideGroups() {
    for (Node node : graph.nodes()) {
      int groups = node.op().weightGroups();
      if (groups > 1 && main.contains(node.id())) {
        int in = shapes.get(node.input(0)).channels();
        int width = in / groups;
        int out = shapes.get(last(node)).channels();
        if (in > out && 4 * width >= out && width > 1) {
          return Optional.of(
              Problem.of(
                  Message.WIDE_GROUPS,
                  "groups",
                  groups,
                  width,
                  in,
                  out,
                  node.op().path(),
                  Math.max(1, out / groups)));
        }
      }
    }
    return Optional.empty();
  }

  /** The last node of the node's block. */
  private int last(Node node) {
    int last = node.id();
    for (Node other : graph.nodes().subList(node.id(), graph.nodes().size())) {
      last = other.block().equals(node.block()) ? other.id() : last;
    }
    return last;
  }

  private Optional<Problem> singlePixel() {
    Set<String> pixels = normalised(graph);
    if (pixels.isEmpty()) {
      return Optional.empty();
    }
    // What has one pixel of every image, as behind a global pool, is meant to.
    resized
        .apply(new Shape(input().channels(), AMPLE, AMPLE))
        .ifPresent(ample -> pixels.removeAll(normalised(ample)));
    if (pixels.isEmpty()) {
      return Optional.empty();
    }
    int side = NetworkLimits.least(s -> s >= AMPLE || !normalises(s, pixels));
    return Optional.of(
        Problem.of(
                Message.SINGLE_PIXEL_NORM,
                "input",
                pixels.iterator().next(),
                Math.max(side, input().height()) + "x" + Math.max(side, input().width()))
            .orAt("stride", "blocks")
            .after(Trace.of(graph, Shapes.infer(graph))));
  }

  /** Whether any of the norms still sees single pixels in an image of at least that side. */
  private boolean normalises(int side, Set<String> norms) {
    Shape larger =
        new Shape(
            input().channels(), Math.max(side, input().height()), Math.max(side, input().width()));
    Optional<Graph> other = resized.apply(larger);
    return other.isEmpty() || normalised(other.get()).stream().anyMatch(norms::contains);
  }

  /** The paths of batch norms that see a single pixel, on the way to the main output. */
  private static Set<String> normalised(Graph graph) {
    List<Shape> shapes = Shapes.of(graph);
    Set<Integer> main = Needed.by(graph, Set.of(graph.output()));
    Set<String> paths = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op().batchStatistics()
          && shapes.get(node.id()).isVector()
          && main.contains(node.id())) {
        paths.add(node.op().path());
      }
    }
    return paths;
  }

  private static String plane(Shape shape) {
    return shape.height() + " x " + shape.width();
  }
}
