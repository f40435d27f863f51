package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;

/** Leaves dropout and stochastic depth out, as inference does. */
public final class DropRandomness {
  private DropRandomness() {}

  /** The graph without them. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node.op().isRandom()) {
        rewrite.skip(node, node.input(0));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
