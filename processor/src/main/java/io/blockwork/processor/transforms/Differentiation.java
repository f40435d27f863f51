package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Concat;
import io.blockwork.processor.graph.Op.Dropout;
import io.blockwork.processor.graph.Op.Input;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.transforms.TrainingPlan.Step;
import io.blockwork.processor.transforms.TrainingPlan.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reverse-mode differentiation. Walks the graph backwards and decides, for every edge, whether the
 * gradient is written, added to what another consumer wrote, or lies where the gradient of the
 * output lies: a sum hands its gradient to both summands as it is, a concatenation's gradient is
 * cut into slices, and neither moves a byte.
 */
final class Differentiation {
  private final Graph graph;
  private final List<Shape> shapes;
  private final List<List<Node>> consumers;
  private final Aliases gradients;
  private final List<List<Target>> targets = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final boolean[] written;
  private final boolean[] recomputed;

  private Differentiation(Graph graph, List<Shape> shapes) {
    int n = graph.nodes().size();
    this.graph = graph;
    this.shapes = shapes;
    this.consumers = graph.consumers();
    this.gradients = new Aliases(n);
    this.written = new boolean[n];
    this.recomputed = new boolean[n];
    graph.nodes().forEach(node -> targets.add(new ArrayList<>()));
  }

  /**
   * The backward pass.
   *
   * @param gradients which gradients share a buffer
   * @param targets for each node and input, how the gradient is handed on
   * @param steps what runs, in order
   */
  record Result(Aliases gradients, List<List<Target>> targets, List<Step> steps) {}

  /** Differentiates {@code graph} with respect to all parameters and the input. */
  static Result of(Graph graph, List<Shape> shapes) {
    var differentiation = new Differentiation(graph, shapes);
    differentiation.written[graph.output()] = true;
    List<Node> reversed = new ArrayList<>(graph.nodes());
    Collections.reverse(reversed);
    for (Node node : reversed) {
      differentiation.visit(node);
    }
    return new Result(differentiation.gradients, differentiation.targets, differentiation.steps);
  }

  private void visit(Node node) {
    Op op = node.op();
    if (op instanceof Input) {
      return;
    }
    if (op instanceof Concat) {
      int channel = 0;
      for (int input : node.inputs()) {
        share(node, input, channel);
        channel += shapes.get(input).channels();
      }
      return;
    }
    for (int value : BackwardNeeds.of(node)) {
      recompute(graph.node(value));
    }
    if (op instanceof Add || op instanceof Dropout) {
      node.inputs().forEach(input -> share(node, input, 0));
    } else {
      node.inputs().forEach(input -> hand(node, input));
    }
    boolean runs = !(op instanceof Add add) || add.relu();
    if (runs) {
      steps.add(new Step(node, false));
    }
  }

  /** Runs a batch norm again whose output is about to be read but was not kept. */
  private void recompute(Node producer) {
    if (isRecomputed(producer) && !recomputed[producer.id()]) {
      recomputed[producer.id()] = true;
      steps.add(new Step(producer, true));
    }
  }

  static boolean isRecomputed(Node node) {
    return node.op() instanceof BatchNorm2d norm && norm.recompute();
  }

  private void share(Node node, int input, int channel) {
    if (written[input]) {
      throw new IllegalStateException(
          "the gradient of %s has a second source in %s"
              .formatted(graph.node(input).op().path(), node.op().path()));
    }
    gradients.place(input, node.id(), channel);
    written[input] = true;
    targets.get(node.id()).add(Target.SHARED);
  }

  private void hand(Node node, int input) {
    if (written[input]) {
      checkNobodyElseWaits(node, input);
      targets.get(node.id()).add(Target.ADD);
      return;
    }
    written[input] = true;
    targets.get(node.id()).add(Target.WRITE);
    if (node.op() instanceof BatchNorm2d
        && consumers.get(input).size() == 1
        && gradients.alone(node.id())) {
      // The gradient of the norm's output is of no further use: overwrite it.
      gradients.place(input, node.id(), 0);
    }
  }

  /** Adding to a shared gradient is right only when those it was handed to have read it. */
  private void checkNobodyElseWaits(Node node, int input) {
    int from = gradients.offset(input);
    int to = from + shapes.get(input).channels();
    for (int other : gradients.sharing(input)) {
      boolean apart =
          gradients.offset(other) >= to
              || gradients.offset(other) + shapes.get(other).channels() <= from;
      if (other != input && other < node.id() && written[other] && !apart) {
        throw new IllegalStateException(
            "%s would add to the gradient of %s before %s has read it"
                .formatted(
                    node.op().path(),
                    graph.node(input).op().path(),
                    graph.node(other).op().path()));
      }
    }
  }
}
