package io.blockwork.processor.emit;

import io.blockwork.graph.Node;
import io.blockwork.graph.plans.InferencePlan;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a block of an inference pass. */
final class ForwardBlockWriter extends BlockWriter {
  ForwardBlockWriter(Unit unit, InferencePlan plan, Ownership ownership, boolean shared) {
    super(unit, plan.graph(), plan.shapes(), plan.places(), ownership, shared);
  }

  @Override
  LayerBinding binding(Node node) {
    return new LayerBinding(node, tensors, names);
  }

  @Override
  String method() {
    return "run";
  }

  @Override
  Map<String, List<String>> otherMethods() {
    return Map.of();
  }

  @Override
  void extra(List<String> layers, List<String> constructor, Set<String> imports) {}
}
