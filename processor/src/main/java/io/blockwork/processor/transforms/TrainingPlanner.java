package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.Dropout;
import io.blockwork.processor.graph.Op.Input;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.shapes.ShapeInference;
import io.blockwork.processor.transforms.SlotAllocator.Life;
import io.blockwork.processor.transforms.TrainingPlan.Step;
import java.util.ArrayList;
import java.util.List;

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

  private TrainingPlanner(Graph graph) {
    this.graph = graph;
    this.nodes = graph.nodes().size();
    this.shapes = ShapeInference.shapes(graph);
    this.lastRead = Liveness.lastRead(graph);
    this.values = new Aliases(nodes);
    this.backward = Differentiation.of(graph, shapes);
    this.needed = new boolean[nodes];
    this.recomputedAt = new int[nodes];
    this.neededUntil = new int[nodes];
  }

  /** Plans the memory of {@code graph}, which {@link Transforms#forTraining} made. */
  public static TrainingPlan plan(Graph graph) {
    return new TrainingPlanner(graph).plan();
  }

  private TrainingPlan plan() {
    Liveness.placeConcatenations(graph, shapes, values);
    findNeeds();
    overwriteInPlace();
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
        graph, shapes, places, gradients, backward.targets(), backward.steps(), allocator.sizes());
  }

  /** The time of a backward step, on a clock that starts with the forward pass. */
  private int time(int step) {
    return nodes + 1 + step;
  }

  private void findNeeds() {
    for (int i = 0; i < backward.steps().size(); i++) {
      Step step = backward.steps().get(i);
      if (step.recompute()) {
        recomputedAt[step.node().id()] = time(i);
      } else {
        for (int value : BackwardNeeds.of(step.node())) {
          needed[value] = true;
          neededUntil[value] = time(i);
        }
      }
    }
  }

  /** Sums overwrite their first summand, dropout its input. */
  private void overwriteInPlace() {
    for (Node node : graph.nodes()) {
      boolean inPlace = node.op() instanceof Add || node.op() instanceof Dropout;
      if (inPlace && !needed[node.input(0)] && lastRead[node.input(0)] == node.id()) {
        // A dropped-out value that is concatenated already has its place: its input moves there.
        if (values.root(node.id()) == node.id()) {
          values.place(node.id(), node.input(0), 0);
        } else {
          values.place(node.input(0), node.id(), 0);
        }
      }
    }
  }

  private void requestValues(SlotAllocator allocator) {
    for (int root = 0; root < nodes; root++) {
      if (values.root(root) != root) {
        continue;
      }
      List<Integer> sharing = values.sharing(root);
      boolean kept = sharing.stream().anyMatch(v -> needed[v] && recomputedAt[v] == 0);
      if (kept) {
        continue;
      }
      List<Life> lives = new ArrayList<>();
      int from = sharing.stream().mapToInt(Integer::intValue).min().orElseThrow();
      int to = sharing.stream().mapToInt(v -> lastRead[v]).max().orElseThrow();
      lives.add(new Life(from, to));
      for (int v : sharing) {
        if (recomputedAt[v] != 0) {
          lives.add(new Life(recomputedAt[v], neededUntil[v]));
        }
      }
      allocator.request(root, shapes.get(root).elements(), lives);
    }
  }

  private void requestGradients(SlotAllocator allocator) {
    Aliases gradients = backward.gradients();
    int[] first = new int[nodes];
    int[] last = new int[nodes];
    java.util.Arrays.fill(first, Integer.MAX_VALUE);
    int end = time(backward.steps().size());
    use(first, last, gradients.root(graph.output()), nodes);
    for (int i = 0; i < backward.steps().size(); i++) {
      Step step = backward.steps().get(i);
      if (!step.recompute()) {
        use(first, last, gradients.root(step.node().id()), time(i));
        for (int input : step.node().inputs()) {
          use(first, last, gradients.root(input), time(i));
        }
      }
    }
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Input) {
        use(first, last, gradients.root(node.id()), end);
      }
    }
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
