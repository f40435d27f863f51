package io.blockwork.graph;

import io.blockwork.graph.ops.Parameter;
import java.util.HashSet;
import java.util.Set;

/** The heads of a network: what tells its classes apart, and fine-tuning trains anew. */
public final class Heads {
  private Heads() {}

  /**
   * The names of the parameters of the last operation that has any before each output that has a
   * loss: those that depend on the number of classes, whatever they are called.
   */
  public static Set<String> parameters(Graph graph) {
    Set<String> names = new HashSet<>();
    for (Output output : graph.outputs()) {
      if (output.kind() == Output.Kind.FEATURE) {
        continue;
      }
      Node node = graph.node(output.node());
      while (node.op().parameters().isEmpty() && !node.inputs().isEmpty()) {
        node = graph.node(node.input(0));
      }
      for (Parameter parameter : node.op().parameters()) {
        names.add(parameter.name());
      }
    }
    return names;
  }
}
