package io.blockwork.processor.emit;

import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Code;
import io.blockwork.graph.plans.TrainingPlan;
import io.blockwork.graph.plans.TrainingPlan.Action;
import io.blockwork.graph.plans.TrainingPlan.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes a block of a training pass, which runs its layers backwards, too. */
final class BackwardBlockWriter extends BlockWriter {
  private final TrainingPlan plan;
  private final List<Action> actions;
  private final Map<Integer, String> clears = new HashMap<>();

  /**
   * @param actions what the block does in the backward pass, in order
   */
  BackwardBlockWriter(
      Unit unit, TrainingPlan plan, List<Action> actions, Ownership ownership, boolean shared) {
    super(unit, plan.graph(), plan.shapes(), plan.places(), ownership, shared);
    this.plan = plan;
    this.actions = actions;
  }

  @Override
  LayerBinding binding(Node node) {
    return new Trained(node);
  }

  @Override
  String method() {
    return "forward";
  }

  @Override
  Map<String, List<String>> otherMethods() {
    List<String> runs = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Action action : actions) {
      Node node = action.node();
      String field = names.field(node);
      switch (action.kind()) {
        case BACKWARD -> {
          runs.add(field + ".backward();");
          comments.add(
              comment(gradientFlow(node), node, node.input(0), adds(node, 0) ? "adds" : ""));
        }
        case RECOMPUTE -> {
          runs.add(field + ".recompute();");
          String flow =
              flow(List.of(tensors.value(node.input(0))), List.of(tensors.value(node.id())));
          comments.add(comment(flow, node, node.id(), ""));
        }
        case CLEAR -> {
          runs.add(clears.get(node.id()) + ".backward();");
          comments.add(List.of("-> " + gradient(node.input(0)), "clear", shape(node.input(0)), ""));
        }
      }
    }
    return Map.of("backward", Text.commented(runs, comments, LINE));
  }

  /** The gradient that a layer reads, and those that it writes or adds to. */
  private String gradientFlow(Node node) {
    Set<String> written = new LinkedHashSet<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      if (plan.targets().get(node.id()).get(i) != Target.SHARED) {
        written.add(gradient(node.input(i)));
      }
    }
    String read = gradient(node.id());
    return flow(List.of(read), written.isEmpty() ? List.of(read) : written);
  }

  @Override
  void extra(List<String> layers, List<String> constructor, Set<String> imports) {
    for (Action action : actions) {
      Node node = action.node();
      if (action.kind() == Action.Kind.CLEAR) {
        String field = names.other(names.field(node) + "Clear");
        clears.put(node.id(), field);
        layers.add(field);
        List<String> arguments =
            List.of(names.path(node.op().path() + ".clear"), gradient(node.input(0)));
        constructor.add(Text.call(field + " = bind.clear", arguments, Text.NESTED));
      }
    }
  }

  /** Whether the node's backward adds to the gradient of an input. */
  private boolean adds(Node node, int input) {
    return plan.targets().get(node.id()).get(input) == Target.ADD;
  }

  private String gradient(int id) {
    return tensors.gradient(id, plan.gradients().get(id));
  }

  /** Each tensor with its gradient. */
  private final class Trained extends LayerBinding {
    private final Node node;

    private Trained(Node node) {
      super(node, tensors, names);
      this.node = node;
    }

    @Override
    public boolean training() {
      return true;
    }

    @Override
    public Code dDst() {
      return code(gradient(node.id()));
    }

    @Override
    public Optional<Code> dSrc(int input) {
      return plan.targets().get(node.id()).get(input) == Target.SHARED
          ? Optional.empty()
          : Optional.of(left(input, gradient(node.input(input))));
    }

    @Override
    public Code dSrc(int input, int from, int to) {
      int id = node.input(input);
      var part = BlockTensors.part(plan.gradients().get(id), from, to);
      return left(input, tensors.gradient(id, part));
    }

    private Code left(int input, String gradient) {
      String method = adds(node, input) ? "addTo" : "into";
      return new Code(method + "(" + gradient + ")", List.of("Gradient." + method));
    }
  }
}
