package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;

/**
 * Folds each batch norm that follows a convolution into that convolution's weights: with running
 * statistics both are affine in the output channels. For inference only.
 */
public final class FoldBatchNorm {
  private FoldBatchNorm() {}

  /** The graph with only those batch norms left that no convolution precedes. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof BatchNorm2d norm
          && rewrite.readOnce(node.input(0))
          && rewrite.now(node.input(0)) instanceof Conv2d conv
          && conv.norm().isEmpty()
          && !conv.residual()
          && !conv.relu()) {
        rewrite.absorb(node, node.input(0), conv.folding(norm));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
