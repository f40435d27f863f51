package io.blockwork.graph.plans;

import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.SlotAllocator.Life;
import io.blockwork.graph.transforms.Transforms;
import java.util.ArrayList;
import java.util.List;

/** Plans the memory of an inference pass. */
public final class InferencePlanner {
  private final Graph graph;
  private final List<Shape> shapes;
  private final int[] lastRead;
  private final Aliases values;

  private InferencePlanner(Graph graph) {
    this.graph = graph;
    this.shapes = Shapes.of(graph);
    this.lastRead = Liveness.lastRead(graph);
    this.values = new Aliases(graph.nodes().size());
  }

  /**
   * Plans the memory of {@code graph}, which {@link Transforms#forInference} made.
   *
   * @throws BrokenRule if the plan is wrong
   */
  public static InferencePlan plan(Graph graph) {
    var aliases = new Aliases(graph.nodes().size());
    Graph copying =
        Concatenations.copying(graph, Concatenations.place(graph, Shapes.of(graph), aliases));
    InferencePlan plan = new InferencePlanner(copying).plan();
    InferenceRules.check(plan);
    return plan;
  }

  private InferencePlan plan() {
    Concatenations.place(graph, shapes, values);
    new InPlace(graph, shapes, lastRead, values, value -> false).place(false);
    var allocator = new SlotAllocator();
    for (Node node : graph.nodes()) {
      if (values.root(node.id()) == node.id()) {
        int from = node.id();
        int to = 0;
        for (int member : values.sharing(node.id())) {
          from = Math.min(from, member);
          to = Math.max(to, lastRead[member]);
        }
        allocator.request(node.id(), shapes.get(node.id()).elements(), List.of(new Life(from, to)));
      }
    }
    allocator.allocate();
    List<Place> places = new ArrayList<>();
    for (Node node : graph.nodes()) {
      int root = values.root(node.id());
      var buffer = new Place.Buffer(root, shapes.get(root), allocator.slotOf(root));
      places.add(new Place(buffer, values.offset(node.id()), shapes.get(node.id()).channels()));
    }
    return new InferencePlan(graph, shapes, places, allocator.sizes());
  }
}
