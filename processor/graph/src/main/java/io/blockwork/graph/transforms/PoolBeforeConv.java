package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Window;
import java.util.HashSet;
import java.util.Set;

/**
 * Swaps a 1x1 convolution and the average pool after it. Both are linear and act on different axes,
 * so the result and all gradients are the same, and the convolution has a quarter of the pixels to
 * do. A bias is the same in every pixel, and so is its mean.
 */
public final class PoolBeforeConv {
  private PoolBeforeConv() {}

  /** The graph with each average pool before its 1x1 convolution. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    Set<Integer> moved = new HashSet<>();
    for (Node pool : graph.nodes()) {
      if (isShrinking(pool.op())
          && graph.node(pool.input(0)).op() instanceof Conv2d conv
          && rewrite.readOnce(pool.input(0))
          && conv.window().isPoint()
          && conv.isBare()) {
        moved.add(pool.input(0));
      }
    }
    for (Node node : graph.nodes()) {
      if (!node.inputs().isEmpty() && moved.contains(node.input(0))) {
        Node conv = graph.node(node.input(0));
        rewrite.append(conv, node.op(), conv.inputs());
        rewrite.append(node, conv.op(), node.inputs());
      } else if (!moved.contains(node.id())) {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }

  /**
   * Whether a node is an average pool that this has put before its convolution: the block's modules
   * are named in the order in which the papers have them.
   */
  public static boolean isSwapped(Graph graph, Node node) {
    return isShrinking(node.op())
        && graph.consumers().get(node.id()).stream()
            .anyMatch(
                reader ->
                    reader.op() instanceof Conv2d conv
                        && conv.window().isPoint()
                        && isBefore(graph, conv.path(), node.op().path()));
  }

  private static boolean isBefore(Graph graph, String first, String second) {
    int at = graph.modules().indexOf(first);
    return at >= 0 && at < graph.modules().indexOf(second);
  }

  /** With padding, or a window that hangs over, the divisor would have to tell the bias apart. */
  private static boolean isShrinking(Op op) {
    if (!(op instanceof AvgPool2d pool)) {
      return false;
    }
    Window window = pool.window();
    return window.strideHeight() * window.strideWidth() > 1
        && window.padding().isNone()
        && !window.ceiling();
  }
}
