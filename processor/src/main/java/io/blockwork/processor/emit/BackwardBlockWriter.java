package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Describe;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.OpVisitor;
import io.blockwork.processor.transforms.TrainingPlan;
import io.blockwork.processor.transforms.TrainingPlan.Step;
import io.blockwork.processor.transforms.TrainingPlan.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a block of a training pass: one line that binds each layer, one that runs it, one that
 * runs it backwards.
 */
final class BackwardBlockWriter extends BlockWriter {
  private final TrainingPlan plan;
  private final Ownership ownership;

  BackwardBlockWriter(Unit unit, TrainingPlan plan, Ownership ownership, boolean shared) {
    super(unit, plan.graph(), plan.shapes(), shared);
    this.plan = plan;
    this.ownership = ownership;
  }

  @Override
  Ownership ownership() {
    return ownership;
  }

  @Override
  BlockCode write() {
    nameGradients();
    List<String> runs = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Node node : unit.nodes()) {
      if (!isSilent(node)) {
        node.op().accept(new Binding(node));
        runs.add(field(node) + ".forward();");
        comments.add(comment(node));
      }
    }
    Map<String, List<String>> methods = new LinkedHashMap<>();
    methods.put("forward", Text.commented(runs, Text.columns(comments)));
    methods.put("backward", backward());
    return new BlockCode(imports, exports, layers, constructor(), methods, statics);
  }

  private List<String> backward() {
    List<String> runs = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Step step : plan.backward()) {
      Node node = step.node();
      if (unit.owns(node.id())) {
        runs.add(field(node) + (step.recompute() ? ".recompute();" : ".backward();"));
        int shown = step.recompute() ? node.id() : node.input(0);
        String note = plan.targets().get(node.id()).get(0) == Target.ADD ? "adds" : "";
        comments.add(
            List.of(
                Describe.of(node.op()).kind(),
                shapes.get(shown).toString(),
                step.recompute() ? "" : note));
      }
    }
    return Text.commented(runs, Text.columns(comments));
  }

  /**
   * Gradients take their names from the last value that they belong to, as backward meets that one
   * first.
   */
  private void nameGradients() {
    for (int i = unit.nodes().size() - 1; i >= 0; i--) {
      Node node = unit.nodes().get(i);
      name(plan.gradients().get(node.id()), gradientName(node.id()));
      for (int input : node.inputs()) {
        name(plan.gradients().get(input), gradientName(input));
      }
    }
  }

  private String gradientName(int id) {
    return "d" + JavaNames.capitalise(valueName(id));
  }

  private String value(int id) {
    return tensor(plan.places().get(id), valueName(id));
  }

  private String gradient(int id) {
    return tensor(plan.gradients().get(id), gradientName(id));
  }

  private final class Binding implements OpVisitor<Void> {
    private final Node node;

    private Binding(Node node) {
      this.node = node;
    }

    private String src() {
      return value(node.input(0));
    }

    private String dst() {
      return value(node.id());
    }

    private String dDst() {
      return gradient(node.id());
    }

    /** How the gradient of the first input is left. */
    private String dSrc() {
      String method = plan.targets().get(node.id()).get(0) == Target.ADD ? "addTo" : "into";
      statics.add("Gradient." + method);
      return method + "(" + gradient(node.input(0)) + ")";
    }

    private Void bound(String method, String... args) {
      bind(node, method, List.of(args));
      return null;
    }

    @Override
    public Void conv2d(Op.Conv2d op) {
      return bound("conv2d", conv(op), src(), dst(), dDst(), dSrc());
    }

    @Override
    public Void batchNorm2d(Op.BatchNorm2d op) {
      return bound(op.relu() ? "batchNormRelu" : "batchNorm", src(), dst(), dDst(), dSrc());
    }

    @Override
    public Void maxPool2d(Op.MaxPool2d op) {
      return bound("maxPool", window(op), src(), dst(), dDst(), dSrc());
    }

    @Override
    public Void avgPool2d(Op.AvgPool2d op) {
      return bound("avgPool", window(op.kernel()), src(), dst(), dDst(), dSrc());
    }

    @Override
    public Void globalAvgPool(Op.GlobalAvgPool op) {
      return bound("globalAvgPool", src(), dst(), dDst(), dSrc());
    }

    @Override
    public Void linear(Op.Linear op) {
      return bound("linear", activation(op), src(), dst(), dDst(), dSrc());
    }

    @Override
    public Void add(Op.Add op) {
      return bound(op.relu() ? "addRelu" : "add", src(), value(node.input(1)), dst(), dDst());
    }

    @Override
    public Void scale(Op.Scale op) {
      return bound(
          "scale", src(), value(node.input(1)), dst(), dDst(), dSrc(), gradient(node.input(1)));
    }

    @Override
    public Void dropout(Op.Dropout op) {
      return bound("dropout", String.valueOf(op.rate()), dst(), dDst());
    }

    @Override
    public Void padShortcut(Op.PadShortcut op) {
      return bound("padShortcut", String.valueOf(op.stride()), src(), dst(), dDst(), dSrc());
    }

    @Override
    public Void input(Op.Input op) {
      throw notBound(op);
    }

    @Override
    public Void relu(Op.Relu op) {
      throw notBound(op);
    }

    @Override
    public Void sigmoid(Op.Sigmoid op) {
      throw notBound(op);
    }

    @Override
    public Void concat(Op.Concat op) {
      throw notBound(op);
    }

    private IllegalStateException notBound(Op op) {
      return new IllegalStateException(op.path() + " should have been transformed away");
    }
  }
}
