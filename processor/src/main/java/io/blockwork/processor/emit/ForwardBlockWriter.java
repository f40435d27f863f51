package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.OpVisitor;
import io.blockwork.processor.transforms.InferencePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a block of an inference pass: one line that binds each layer, one that runs it. */
final class ForwardBlockWriter extends BlockWriter {
  private final InferencePlan plan;
  private final Ownership ownership;

  ForwardBlockWriter(Unit unit, InferencePlan plan, Ownership ownership, boolean shared) {
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
    List<String> runs = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Node node : unit.nodes()) {
      if (!isSilent(node)) {
        node.op().accept(new Binding(node));
        runs.add(field(node) + ".run();");
        comments.add(comment(node));
      }
    }
    return new BlockCode(
        imports,
        exports,
        layers,
        constructor(),
        Map.of("run", Text.commented(runs, Text.columns(comments))),
        statics);
  }

  private String value(int id) {
    return tensor(plan.places().get(id), valueName(id));
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

    private Void bound(String method, String... args) {
      bind(node, method, List.of(args));
      return null;
    }

    @Override
    public Void conv2d(Op.Conv2d op) {
      String src = src();
      String epilogue;
      if (op.norm().isPresent()) {
        statics.add("Epilogue.norm");
        epilogue = "norm(" + path(op.norm().get()) + ")";
      } else {
        statics.add("Epilogue.none");
        epilogue = "none()";
      }
      if (op.residual()) {
        epilogue += ".add(" + value(node.input(1)) + ")";
      }
      return bound("conv2d", conv(op), src, dst(), epilogue + (op.relu() ? ".thenRelu()" : ""));
    }

    @Override
    public Void batchNorm2d(Op.BatchNorm2d op) {
      return bound(op.relu() ? "batchNormRelu" : "batchNorm", src(), dst());
    }

    @Override
    public Void maxPool2d(Op.MaxPool2d op) {
      return bound("maxPool", window(op), src(), dst());
    }

    @Override
    public Void avgPool2d(Op.AvgPool2d op) {
      return bound("avgPool", window(op.kernel()), src(), dst());
    }

    @Override
    public Void globalAvgPool(Op.GlobalAvgPool op) {
      return bound("globalAvgPool", src(), dst());
    }

    @Override
    public Void linear(Op.Linear op) {
      return bound("linear", activation(op), src(), dst());
    }

    @Override
    public Void add(Op.Add op) {
      return bound(op.relu() ? "addRelu" : "add", src(), value(node.input(1)), dst());
    }

    @Override
    public Void scale(Op.Scale op) {
      return bound("scale", src(), value(node.input(1)), dst());
    }

    @Override
    public Void padShortcut(Op.PadShortcut op) {
      return bound("padShortcut", String.valueOf(op.stride()), src(), dst());
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

    @Override
    public Void dropout(Op.Dropout op) {
      throw notBound(op);
    }

    private IllegalStateException notBound(Op op) {
      return new IllegalStateException(op.path() + " should have been transformed away");
    }
  }
}
