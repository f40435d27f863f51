package io.blockwork.graph.plans;

import static io.blockwork.graph.plans.InferenceRules.isSame;
import static io.blockwork.graph.plans.InferenceRules.overlaps;

import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Channels;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.TrainingPlan.Action;
import io.blockwork.graph.plans.TrainingPlan.Target;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What holds of every training plan: no value is read that is not there, forwards or backwards;
 * every reader of a value hands its gradient on exactly once, and all have, and nothing has changed
 * it since, when the value's own action reads it.
 */
public final class TrainingRules {
  private final TrainingPlan plan;
  private final Graph graph;
  private final Memory memory;

  /** For each value, how many readers have handed their gradient on. */
  private final int[] handed;

  /** How many of them there are: consumers, as often as they read it, and losses. */
  private final int[] readers;

  /** The gradients that lie untouched in their places, and wait to be read. */
  private final Set<Integer> waiting = new LinkedHashSet<>();

  private Optional<String> fault = Optional.empty();

  private TrainingRules(TrainingPlan plan) {
    this.plan = plan;
    this.graph = plan.graph();
    int n = graph.nodes().size();
    this.memory = new Memory(graph, plan.shapes(), plan.places());
    this.handed = new int[n];
    this.readers = new int[n];
    for (Node node : graph.nodes()) {
      for (int input : node.inputs()) {
        readers[input]++;
      }
    }
    for (Output output : graph.outputs()) {
      readers[output.node()]++;
    }
  }

  /**
   * Holds the plan to the rules.
   *
   * @throws BrokenRule if it breaks one
   */
  static void check(TrainingPlan plan) {
    broken(plan)
        .ifPresent(
            rule -> {
              throw new BrokenRule("TrainingPlanner", rule);
            });
  }

  /** The first rule that the plan breaks, as a sentence; empty if it is sound. */
  public static Optional<String> broken(TrainingPlan plan) {
    return new TrainingRules(plan).broken();
  }

  private Optional<String> broken() {
    memory.write(0);
    Optional<String> forward = InferenceRules.forward(graph, plan.shapes(), plan.places(), memory);
    if (forward.isPresent()) {
      return forward;
    }
    for (Output output : graph.outputs()) {
      write(output.node(), plan.gradients().get(output.node()));
      for (Output other : graph.outputs()) {
        require(memory.holds(other.node()), "the loss writes over output " + other.name());
      }
      hand(output.node());
    }
    int next = graph.nodes().size() - 1;
    for (Action action : plan.backward()) {
      if (action.kind() == Action.Kind.BACKWARD) {
        // What has no action of its own hands its gradient on when its turn comes.
        for (; next > action.node().id(); next--) {
          pass(graph.node(next));
        }
        next--;
      }
      action(action);
      if (fault.isPresent()) {
        return fault;
      }
    }
    for (; next > 0; next--) {
      pass(graph.node(next));
    }
    require(
        readers[0] == handed[0] && waiting.contains(0), "the gradient of the images is incomplete");
    return fault;
  }

  private void require(boolean holds, String rule) {
    if (!holds && fault.isEmpty()) {
      fault = Optional.of(rule);
    }
  }

  private String path(int node) {
    return graph.node(node).op().path();
  }

  private void action(Action action) {
    Node node = action.node();
    switch (action.kind()) {
      case CLEAR -> {
        int input = node.input(0);
        require(handed[input] == 0, path(input) + " loses a gradient that was there");
        write(input, plan.gradients().get(input));
        waiting.add(input);
      }
      case RECOMPUTE -> {
        reads(node.inputs(), node, "recomputing");
        write(plan.places().get(node.id()));
        memory.write(node.id());
      }
      case BACKWARD -> backward(node);
    }
  }

  private void reads(List<Integer> values, Node node, String what) {
    for (int value : values) {
      require(
          memory.holds(value), what + " " + path(node.id()) + " reads " + path(value) + ", gone");
    }
  }

  private void backward(Node node) {
    Op op = node.op();
    complete(node);
    if (op.backwardReads().inputs()) {
      reads(node.inputs(), node, "the gradient of");
    }
    if (op.backwardReads().output()) {
      reads(List.of(node.id()), node, "the gradient of");
    }
    waiting.remove(node.id());
    if (op.gradientUse().destroys()) {
      write(plan.gradients().get(node.id()));
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      hand(node, i);
    }
  }

  private void pass(Node node) {
    complete(node);
    waiting.remove(node.id());
    for (int i = 0; i < node.inputs().size(); i++) {
      require(
          plan.targets().get(node.id()).get(i) == Target.SHARED,
          path(node.id()) + " never hands its gradient to " + path(node.input(i)));
      hand(node, i);
    }
  }

  private void complete(Node node) {
    int id = node.id();
    require(
        handed[id] == readers[id],
        path(id) + " is read by " + readers[id] + ", and " + handed[id] + " gave a gradient");
    require(
        waiting.contains(id), "the gradient of " + path(id) + " is written over before it is read");
  }

  private void hand(Node node, int i) {
    int input = node.input(i);
    Place from = plan.gradients().get(node.id());
    Place to = plan.gradients().get(input);
    Optional<Channels> part = node.op().part();
    if (part.isPresent()) {
      to = new Place(to.buffer(), to.from() + part.get().from(), part.get().count());
    }
    String edge = path(node.id()) + " to " + path(input);
    switch (plan.targets().get(node.id()).get(i)) {
      case SHARED -> {
        require(handed[input] == 0, "the gradient from " + edge + " is not the only one yet");
        require(
            node.op().passesGradient(i)
                && to.buffer().id() == from.buffer().id()
                && to.from() == from.from() + channel(node, i),
            "the gradient from " + edge + " lies elsewhere");
      }
      case WRITE -> {
        require(
            handed[input] == 0 || part.isPresent(),
            "the gradient from " + edge + " overwrites one");
        boolean inPlace = node.op().gradientUse().inPlace() && isSame(from, to) && i == 0;
        require(inPlace || !overlaps(from, to), "the gradient from " + edge + " overwrites itself");
        write(input, to);
      }
      case ADD -> {
        require(waiting.contains(input), "the gradient from " + edge + " is added to nothing");
        require(!overlaps(from, to), "the gradient from " + edge + " is added to itself");
        write(input, to);
      }
    }
    hand(input);
  }

  private int channel(Node node, int i) {
    int channel = 0;
    if (node.op().joins()) {
      for (int input : node.inputs().subList(0, i)) {
        Shape shape = plan.shapes().get(input);
        channel += shape.channels();
      }
    }
    return channel;
  }

  private void hand(int value) {
    handed[value]++;
    waiting.add(value);
  }

  /** Something is written: whatever else lies there is lost. */
  private void write(Place place) {
    memory.destroy(place.buffer(), place.from(), place.from() + place.channels());
    waiting.removeIf(other -> overlaps(place, plan.gradients().get(other)));
  }

  /** The gradient of a value, or some channels of it, is written. */
  private void write(int value, Place place) {
    boolean waits = waiting.contains(value);
    write(place);
    if (waits) {
      waiting.add(value);
    }
  }
}
