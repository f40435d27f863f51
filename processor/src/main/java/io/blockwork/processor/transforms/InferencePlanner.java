package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.Scale;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.shapes.ShapeInference;
import io.blockwork.processor.transforms.SlotAllocator.Life;
import java.util.List;
import java.util.Optional;

/** Plans the memory of an inference pass. */
public final class InferencePlanner {
  private final Graph graph;
  private final List<Shape> shapes;
  private final int[] lastRead;
  private final Aliases aliases;

  private InferencePlanner(Graph graph) {
    this.graph = graph;
    this.shapes = ShapeInference.shapes(graph);
    this.lastRead = Liveness.lastRead(graph);
    this.aliases = new Aliases(graph.nodes().size());
  }

  /** Plans the memory of {@code graph}, which {@link Transforms#forInference} made. */
  public static InferencePlan plan(Graph graph) {
    return new InferencePlanner(graph).plan();
  }

  private InferencePlan plan() {
    Liveness.placeConcatenations(graph, shapes, aliases);
    for (Node node : graph.nodes()) {
      overwritable(node)
          .filter(input -> aliases.root(node.id()) == node.id() && dies(input, node.id()))
          .ifPresent(input -> aliases.place(node.id(), input, 0));
    }
    var allocator = new SlotAllocator();
    for (Node node : graph.nodes()) {
      if (aliases.root(node.id()) == node.id()) {
        List<Integer> sharing = aliases.sharing(node.id());
        int from = sharing.stream().mapToInt(Integer::intValue).min().orElseThrow();
        int to = sharing.stream().mapToInt(v -> lastRead[v]).max().orElseThrow();
        allocator.request(node.id(), shapes.get(node.id()).elements(), List.of(new Life(from, to)));
      }
    }
    allocator.allocate();
    List<Place> places =
        graph.nodes().stream()
            .map(
                node -> {
                  int root = aliases.root(node.id());
                  var buffer = new Place.Buffer(root, shapes.get(root), allocator.slotOf(root));
                  return new Place(
                      buffer, aliases.offset(node.id()), shapes.get(node.id()).channels());
                })
            .toList();
    return new InferencePlan(graph, shapes, places, allocator.sizes());
  }

  /** The input that the node may overwrite with its output, if nobody needs it any more. */
  private static Optional<Integer> overwritable(Node node) {
    Op op = node.op();
    if (op instanceof Conv2d conv && conv.residual()) {
      return Optional.of(node.input(1));
    }
    if (op instanceof Add || op instanceof Scale || op instanceof BatchNorm2d) {
      return Optional.of(node.input(0));
    }
    return Optional.empty();
  }

  /**
   * Whether step {@code at} is the last to read anything in the buffer of {@code value}, which
   * fills that buffer.
   */
  private boolean dies(int value, int at) {
    int root = aliases.root(value);
    return shapes.get(root).equals(shapes.get(value))
        && aliases.sharing(value).stream().allMatch(v -> v <= at && lastRead[v] <= at);
  }
}
