package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Conv2d;

/**
 * Folds each batch norm that follows a convolution, with a bias or without, into that convolution's
 * weights: with running statistics both are affine in the output channels. For inference only.
 *
 * <p>Nothing is ever folded the other way: what is done to the input of a padded convolution, such
 * as {@code transform_input}, would have to be done to the zeros around it, too.
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
          && conv.isBare()) {
        rewrite.absorb(node, node.input(0), conv.folding(norm));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
