package io.blockwork.graph.plans;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Channels;
import io.blockwork.graph.ops.GradientUse;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Reads;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.Concatenations.Part;
import io.blockwork.graph.plans.TrainingPlan.Action;
import io.blockwork.graph.plans.TrainingPlan.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse-mode differentiation. Walks the graph backwards and decides, for every edge, whether the
 * gradient is written, added to what another consumer wrote, or lies where the gradient of the
 * output lies: a sum hands its gradient to its summands as it is, a concatenation's gradient is cut
 * into slices, and neither moves a byte.
 *
 * <p>Two gradients may share memory only if nothing is added to the one, and nothing changes it in
 * place, before the other has been read.
 */
final class Differentiation {
  private static final int NEVER = -1;

  private final Graph graph;
  private final List<Shape> shapes;
  private final List<List<Node>> consumers;
  private final Aliases gradients;
  private final List<List<Target>> targets = new ArrayList<>();
  private final List<Action> actions = new ArrayList<>();
  private final Set<Part> unshared = new HashSet<>();
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
    for (int id = 0; id < n; id++) {
      targets.add(new ArrayList<>());
    }
  }

  /**
   * The backward pass.
   *
   * @param gradients which gradients share a buffer
   * @param targets for each node and input, how the gradient is handed on
   * @param actions what runs, in order
   * @param unshared parts of concatenations whose gradient cannot lie in that of the concatenation;
   *     if there are any, the graph needs copies of them first
   */
  record Result(
      Aliases gradients, List<List<Target>> targets, List<Action> actions, Set<Part> unshared) {}

  /** Differentiates {@code graph} with respect to all parameters and the input. */
  static Result of(Graph graph, List<Shape> shapes) {
    var differentiation = new Differentiation(graph, shapes);
    for (Output output : graph.outputs()) {
      differentiation.written[output.node()] = true;
    }
    List<Node> reversed = new ArrayList<>(graph.nodes());
    Collections.reverse(reversed);
    reversed.remove(reversed.size() - 1);
    for (Node node : reversed) {
      differentiation.visit(node);
    }
    return new Result(
        differentiation.gradients,
        differentiation.targets,
        differentiation.actions,
        differentiation.unshared);
  }

  private void visit(Node node) {
    Op op = node.op();
    Reads reads = op.backwardReads();
    if (reads.inputs()) {
      for (int input : node.inputs()) {
        recompute(graph.node(input));
      }
    }
    if (reads.output()) {
      recompute(node);
    }
    boolean moves = op.gradientUse().destroys();
    int channel = 0;
    for (int i = 0; i < node.inputs().size(); i++) {
      Target target = target(node, i, op.joins() ? channel : 0);
      targets.get(node.id()).add(target);
      written[node.input(i)] = true;
      moves |= target != Target.SHARED;
      channel += shapes.get(node.input(i)).channels();
    }
    // A sum that only hands its gradient on has nothing to do.
    if (op.runs() && moves) {
      actions.add(new Action(node, Action.Kind.BACKWARD));
    }
  }

  private Target target(Node node, int i, int channel) {
    int input = node.input(i);
    Op op = node.op();
    if (op.passesGradient(i) && canShare(node, i, channel)) {
      gradients.place(input, node.id(), channel);
      return Target.SHARED;
    } else if (op.joins()) {
      unshared.add(new Part(node.id(), i));
      return Target.ADD;
    } else if (op.part().isPresent()) {
      return part(node, input);
    } else if (written[input]) {
      return Target.ADD;
    }
    if (op.gradientUse().inPlace() && consumers.get(input).size() == 1 && isRead(node)) {
      // The gradient of the output is of no further use: overwrite it.
      gradients.place(input, node.id(), 0);
    }
    return Target.WRITE;
  }

  /** Whether nobody else waits for what lies in the place of the node's gradient. */
  private boolean isRead(Node node) {
    int from = gradients.offset(node.id());
    int to = from + shapes.get(node.id()).channels();
    for (int other : gradients.sharing(node.id())) {
      int start = gradients.offset(other);
      boolean apart = start >= to || start + shapes.get(other).channels() <= from;
      if (other < node.id() && !apart) {
        return false;
      }
    }
    return true;
  }

  /** The gradient of some channels: the others must not stay what they happen to be. */
  private Target part(Node node, int input) {
    if (isPartitioned(input)) {
      return Target.WRITE;
    }
    if (!written[input]) {
      actions.add(new Action(node, Action.Kind.CLEAR));
    }
    return Target.ADD;
  }

  /** Whether ranges of channels, and nothing else, read the value, each channel once. */
  private boolean isPartitioned(int value) {
    if (graph.isOutput(value)) {
      return false;
    }
    int channels = 0;
    List<Channels> parts = new ArrayList<>();
    for (Node consumer : consumers.get(value)) {
      Optional<Channels> part = consumer.op().part();
      if (part.isEmpty() || parts.stream().anyMatch(part.get()::overlap)) {
        return false;
      }
      parts.add(part.get());
      channels += part.get().count();
    }
    return channels == shapes.get(value).channels();
  }

  /** Runs a batch norm again whose output is about to be read but was not kept. */
  private void recompute(Node producer) {
    if (isRecomputed(producer) && !recomputed[producer.id()]) {
      recomputed[producer.id()] = true;
      for (int input : producer.inputs()) {
        recompute(graph.node(input));
      }
      actions.add(new Action(producer, Action.Kind.RECOMPUTE));
    }
  }

  /**
   * Whether the node asks for it, and one block holds it with all that runs until its last reader
   * has: generated classes are cut along blocks, and each runs backwards as a whole.
   */
  private boolean isRecomputed(Node node) {
    if (!node.op().recompute()) {
      return false;
    }
    int last = node.id();
    for (Node reader : consumers.get(node.id())) {
      last = Math.max(last, reader.id());
    }
    for (int id = node.id() + 1; id <= last; id++) {
      if (!graph.node(id).block().equals(node.block())) {
        return false;
      }
    }
    return true;
  }

  /** Whether the gradient of the input may lie in that of the output, from {@code channel} on. */
  private boolean canShare(Node node, int i, int channel) {
    int input = node.input(i);
    if (written[input] || Collections.frequency(node.inputs(), input) > 1) {
      return false;
    }
    int from = gradients.offset(node.id()) + channel;
    int to = from + shapes.get(input).channels();
    int changed = changed(input, node.id());
    for (int other : gradients.sharing(node.id())) {
      int start = gradients.offset(other);
      boolean apart = start >= to || start + shapes.get(other).channels() <= from;
      boolean waits = other < node.id();
      if (apart || other == node.id()) {
        continue;
      }
      if (waits && other <= changed || input <= changed(other, node.id())) {
        return false;
      }
    }
    return true;
  }

  /** The next action from {@code now} on that changes the gradient of the value in its place. */
  private int changed(int value, int now) {
    int next = NEVER;
    for (Node consumer : consumers.get(value)) {
      if (consumer.id() < now) {
        next = Math.max(next, consumer.id());
      }
    }
    GradientUse use = graph.node(value).op().gradientUse();
    return use.destroys() && value < now ? Math.max(next, value) : next;
  }
}
