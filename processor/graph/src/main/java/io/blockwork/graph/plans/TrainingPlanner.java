package io.blockwork.graph.plans;

import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Reads;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.Concatenations.Part;
import io.blockwork.graph.plans.SlotAllocator.Life;
import io.blockwork.graph.plans.TrainingPlan.Action;
import io.blockwork.graph.transforms.Transforms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Plans the memory of a training pass. What backward reads is kept in memory of its own; everything
 * else, of both directions, and every gradient, shares slots.
 */
public final class TrainingPlanner {
  private final Graph graph;
  private final int nodes;
  private final List<Shape> shapes;
  private final int[] lastRead;
  private final Aliases values;
  private final Differentiation.Result backward;
  private final boolean[] needed;
  private final int[] recomputedAt;
  private final int[] neededUntil;

  private TrainingPlanner(Graph graph, List<Shape> shapes, Differentiation.Result backward) {
    this.graph = graph;
    this.nodes = graph.nodes().size();
    this.shapes = shapes;
    this.lastRead = Liveness.lastRead(graph);
    this.values = new Aliases(nodes);
    this.backward = backward;
    this.needed = new boolean[nodes];
    this.recomputedAt = new int[nodes];
    this.neededUntil = new int[nodes];
  }

  /**
   * Plans the memory of {@code graph}, which {@link Transforms#forTraining} made.
   *
   * @throws BrokenRule if the plan is wrong
   */
  public static TrainingPlan plan(Graph graph) {
    var aliases = new Aliases(graph.nodes().size());
    Graph copying =
        Concatenations.copying(graph, Concatenations.place(graph, Shapes.of(graph), aliases));
    while (true) {
      List<Shape> shapes = Shapes.of(copying);
      Differentiation.Result backward = Differentiation.of(copying, shapes);
      Set<Part> unshared = backward.unshared();
      if (unshared.isEmpty()) {
        TrainingPlan plan = new TrainingPlanner(copying, shapes, backward).plan();
        TrainingRules.check(plan);
        return plan;
      }
      // Each copy is read by its concatenation alone, so that this ends.
      copying = Concatenations.copying(copying, unshared);
    }
  }

  private TrainingPlan plan() {
    Concatenations.place(graph, shapes, values);
    findNeeds();
    new InPlace(graph, shapes, lastRead, values, value -> needed[value]).place(true);
    var allocator = new SlotAllocator();
    requestValues(allocator);
    requestGradients(allocator);
    allocator.allocate();
    List<Place> places = new ArrayList<>();
    List<Place> gradients = new ArrayList<>();
    for (int id = 0; id < nodes; id++) {
      places.add(place(values, id, 0, allocator));
      gradients.add(place(backward.gradients(), id, nodes, allocator));
    }
    return new TrainingPlan(
        graph,
        shapes,
        places,
        gradients,
        backward.targets(),
        backward.actions(),
        allocator.sizes());
  }

  /** The time of an action of the backward pass, on a clock that starts with the forward pass. */
  private int time(int action) {
    return nodes + 1 + action;
  }

  private void findNeeds() {
    for (int action = 0; action < backward.actions().size(); action++) {
      needs(backward.actions().get(action), action);
    }
  }

  private void needs(Action action, int i) {
    Node node = action.node();
    boolean recomputes = action.kind() == Action.Kind.RECOMPUTE;
    if (recomputes) {
      recomputedAt[node.id()] = time(i);
    }
    Reads reads = action.kind() == Action.Kind.CLEAR ? Reads.NOTHING : node.op().backwardReads();
    if (recomputes || reads.inputs()) {
      for (int input : node.inputs()) {
        need(input, i);
      }
    }
    if (!recomputes && reads.output()) {
      need(node.id(), i);
    }
  }

  private void need(int value, int action) {
    needed[value] = true;
    neededUntil[value] = time(action);
  }

  private void requestValues(SlotAllocator allocator) {
    for (int root = 0; root < nodes; root++) {
      if (values.root(root) != root) {
        continue;
      }
      List<Integer> sharing = values.sharing(root);
      boolean kept = false;
      int from = root;
      int to = 0;
      for (int value : sharing) {
        kept |= needed[value] && recomputedAt[value] == 0;
        from = Math.min(from, value);
        to = Math.max(to, lastRead[value]);
      }
      if (kept) {
        continue;
      }
      List<Life> lives = new ArrayList<>();
      lives.add(new Life(from, to));
      for (int value : sharing) {
        if (recomputedAt[value] != 0) {
          lives.add(new Life(recomputedAt[value], neededUntil[value]));
        }
      }
      allocator.request(root, shapes.get(root).elements(), lives);
    }
  }

  private void requestGradients(SlotAllocator allocator) {
    Aliases gradients = backward.gradients();
    int[] first = new int[nodes];
    int[] last = new int[nodes];
    Arrays.fill(first, Integer.MAX_VALUE);
    for (Output output : graph.outputs()) {
      use(first, last, gradients.root(output.node()), nodes);
    }
    for (int i = 0; i < backward.actions().size(); i++) {
      Action action = backward.actions().get(i);
      if (action.kind() == Action.Kind.BACKWARD) {
        use(first, last, gradients.root(action.node().id()), time(i));
      }
      if (action.kind() != Action.Kind.RECOMPUTE) {
        for (int input : action.node().inputs()) {
          use(first, last, gradients.root(input), time(i));
        }
      }
    }
    // Whoever runs the pass reads the gradient of the images.
    use(first, last, gradients.root(0), time(backward.actions().size()));
    for (int root = 0; root < nodes; root++) {
      if (gradients.root(root) == root && first[root] != Integer.MAX_VALUE) {
        allocator.request(
            nodes + root, shapes.get(root).elements(), List.of(new Life(first[root], last[root])));
      }
    }
  }

  private static void use(int[] first, int[] last, int buffer, int time) {
    first[buffer] = Math.min(first[buffer], time);
    last[buffer] = Math.max(last[buffer], time);
  }

  /** Gradient buffers are numbered after the value buffers. */
  private Place place(Aliases aliases, int id, int firstBuffer, SlotAllocator allocator) {
    int root = aliases.root(id);
    var buffer =
        new Place.Buffer(
            firstBuffer + root, shapes.get(root), allocator.slotOf(firstBuffer + root));
    return new Place(buffer, aliases.offset(id), shapes.get(id).channels());
  }
}
