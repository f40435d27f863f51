package io.blockwork.graph.plans;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;

/** When values are read. */
final class Liveness {
  private Liveness() {}

  /**
   * For each node, the last node that reads it; results are read after the end. A value nobody
   * reads dies at once.
   */
  static int[] lastRead(Graph graph) {
    int[] last = new int[graph.nodes().size()];
    for (Node node : graph.nodes()) {
      last[node.id()] = node.id();
      for (int input : node.inputs()) {
        last[input] = node.id();
      }
    }
    for (Output output : graph.outputs()) {
      last[output.node()] = graph.nodes().size();
    }
    return last;
  }
}
