package io.blockwork.graph;

import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The entries of a network's {@code state_dict}, in torch's order. */
public final class StateDict {
  private StateDict() {}

  /** Every entry, buffers too. */
  public static List<Parameter> of(Graph graph) {
    Map<String, Op> ops = new HashMap<>();
    for (Node node : graph.nodes()) {
      ops.putIfAbsent(node.op().path(), node.op());
    }
    List<Parameter> entries = new ArrayList<>();
    for (String module : graph.modules()) {
      Op op = ops.get(module);
      if (op == null) {
        throw new IllegalStateException("no operation is called " + module);
      }
      entries.addAll(op.parameters());
    }
    return entries;
  }

  /** The learnable entries. */
  public static List<Parameter> learnable(Graph graph) {
    return of(graph).stream().filter(Parameter::learnable).toList();
  }
}
