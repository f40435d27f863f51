package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.transforms.TrainingPlan;
import io.blockwork.processor.transforms.TrainingPlan.Step;
import io.blockwork.processor.transforms.TrainingPlan.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a block of a training pass, which runs its layers backwards, too. */
final class BackwardBlockWriter extends BlockWriter {
  private final TrainingPlan plan;

  BackwardBlockWriter(Unit unit, TrainingPlan plan, Ownership ownership, boolean shared) {
    super(unit, plan.graph(), plan.shapes(), plan.places(), ownership, shared);
    this.plan = plan;
  }

  @Override
  LayerBinding binding(Node node) {
    return new Binding(node);
  }

  @Override
  String method() {
    return "forward";
  }

  @Override
  Map<String, List<String>> otherMethods() {
    List<String> runs = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Step step : plan.backward()) {
      Node node = step.node();
      if (unit.owns(node.id())) {
        runs.add(names.field(node) + (step.recompute() ? ".recompute();" : ".backward();"));
        comments.add(
            step.recompute()
                ? comment(node, node.id(), "")
                : comment(node, node.input(0), adds(node) ? "adds" : ""));
      }
    }
    return Map.of("backward", Text.commented(runs, Text.columns(comments)));
  }

  /** Whether the node's backward adds to the gradient of its first input. */
  private boolean adds(Node node) {
    return plan.targets().get(node.id()).get(0) == Target.ADD;
  }

  private String gradient(int id) {
    return tensors.gradient(id, plan.gradients().get(id));
  }

  /** Each tensor with its gradient. */
  private final class Binding extends LayerBinding {
    private final Node node;

    private Binding(Node node) {
      super(node, tensors);
      this.node = node;
    }

    private String dDst() {
      return gradient(node.id());
    }

    /** How the gradient of the first input is left. */
    private String dSrc() {
      String method = imported("Gradient", adds(node) ? "addTo" : "into");
      return method + "(" + gradient(node.input(0)) + ")";
    }

    @Override
    List<String> gradients() {
      return List.of(dDst(), dSrc());
    }

    @Override
    public Call add(Op.Add op) {
      return bound(op.relu() ? "addRelu" : "add", src(), src(1), dst(), dDst());
    }

    @Override
    public Call scale(Op.Scale op) {
      String dGate = imported("Gradient", "into") + "(" + gradient(node.input(1)) + ")";
      return bound("scale", src(), src(1), dst(), dDst(), dSrc(), dGate);
    }

    @Override
    public Call dropout(Op.Dropout op) {
      return bound("dropout", String.valueOf(op.rate()), dst(), dDst());
    }
  }
}
