package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.ChannelRange;

/**
 * Lets what reads some channels of a map read them where they are. For inference only: the gradient
 * of some channels is not that of the map.
 */
public final class ViewRanges {
  private ViewRanges() {}

  /** The graph in which no range of channels is copied. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof ChannelRange range) {
        rewrite.append(node, range.asView(), node.inputs());
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
