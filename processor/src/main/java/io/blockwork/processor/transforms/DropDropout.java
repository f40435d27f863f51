package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.Dropout;

/** Leaves dropout out, as inference does. */
public final class DropDropout {
  private DropDropout() {}

  /** The graph without dropout. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Dropout) {
        rewrite.skip(node, node.input(0));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
