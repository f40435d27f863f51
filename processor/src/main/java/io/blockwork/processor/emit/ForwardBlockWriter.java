package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.transforms.InferencePlan;
import java.util.List;
import java.util.Map;

/** Writes a block of an inference pass. */
final class ForwardBlockWriter extends BlockWriter {
  ForwardBlockWriter(Unit unit, InferencePlan plan, Ownership ownership, boolean shared) {
    super(unit, plan.graph(), plan.shapes(), plan.places(), ownership, shared);
  }

  @Override
  LayerBinding binding(Node node) {
    return new Binding(node);
  }

  @Override
  String method() {
    return "run";
  }

  @Override
  Map<String, List<String>> otherMethods() {
    return Map.of();
  }

  /** Convolutions do at once what ends them. */
  private final class Binding extends LayerBinding {
    private Binding(Node node) {
      super(node, tensors);
    }

    @Override
    List<String> gradients() {
      return List.of();
    }

    @Override
    public Call conv2d(Op.Conv2d op) {
      String src = src();
      String epilogue =
          op.norm()
              .map(norm -> imported("Epilogue", "norm") + "(" + names.path(norm) + ")")
              .orElseGet(() -> imported("Epilogue", "none") + "()");
      if (op.residual()) {
        epilogue += ".add(" + src(1) + ")";
      }
      return bound("conv2d", conv(op), src, dst(), epilogue + (op.relu() ? ".thenRelu()" : ""));
    }

    @Override
    public Call add(Op.Add op) {
      return bound(op.relu() ? "addRelu" : "add", src(), src(1), dst());
    }

    @Override
    public Call scale(Op.Scale op) {
      return bound("scale", src(), src(1), dst());
    }

    @Override
    public Call dropout(Op.Dropout op) {
      throw notBound(op);
    }
  }
}
