package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.Concat;
import io.blockwork.processor.graph.Shape;
import java.util.List;

/** Facts about when values are read that both planners need. */
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
      node.inputs().forEach(i -> last[i] = node.id());
    }
    graph.outputs().forEach(id -> last[id] = graph.nodes().size());
    return last;
  }

  /**
   * Lets what is concatenated be written where the concatenation lies, so that it copies nothing.
   * The last concatenation of a dense block holds all earlier ones.
   */
  static void placeConcatenations(Graph graph, List<Shape> shapes, Aliases aliases) {
    for (int id = graph.nodes().size() - 1; id >= 0; id--) {
      Node node = graph.node(id);
      if (node.op() instanceof Concat) {
        int channel = 0;
        for (int input : node.inputs()) {
          aliases.place(input, id, channel);
          channel += shapes.get(input).channels();
        }
      }
    }
  }
}
