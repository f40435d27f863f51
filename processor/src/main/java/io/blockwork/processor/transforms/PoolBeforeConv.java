package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.AvgPool2d;
import io.blockwork.processor.graph.Op.Conv2d;
import java.util.HashSet;
import java.util.Set;

/**
 * Swaps a 1x1 convolution and the average pool after it. Both are linear and act on different axes,
 * so the result and all gradients are the same, and the convolution has a quarter of the pixels to
 * do.
 */
public final class PoolBeforeConv {
  private PoolBeforeConv() {}

  /** The graph with each average pool before its 1x1 convolution. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    Set<Integer> moved = new HashSet<>();
    for (Node pool : graph.nodes()) {
      if (pool.op() instanceof AvgPool2d
          && graph.node(pool.input(0)).op() instanceof Conv2d conv
          && rewrite.readOnce(pool.input(0))
          && isPointwise(conv)) {
        moved.add(pool.input(0));
      }
    }
    for (Node node : graph.nodes()) {
      if (node.op() instanceof AvgPool2d && moved.contains(node.input(0))) {
        Node conv = graph.node(node.input(0));
        rewrite.append(conv, node.op(), conv.inputs());
        rewrite.append(node, conv.op(), node.inputs());
      } else if (!moved.contains(node.id())) {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }

  private static boolean isPointwise(Conv2d conv) {
    return conv.kernel() == 1
        && conv.stride() == 1
        && conv.padding() == 0
        && conv.norm().isEmpty()
        && !conv.residual()
        && !conv.relu();
  }
}
