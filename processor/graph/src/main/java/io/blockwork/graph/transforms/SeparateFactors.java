package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Copy;
import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Scale;
import java.util.List;

/**
 * Lets a product read two values, never one twice. Its backward writes two gradients in one action,
 * which could not both be written, and added, to one place. For training only.
 */
public final class SeparateFactors {
  private SeparateFactors() {}

  /** The graph in which a value's product with itself has a copy of it as its second factor. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      boolean product = node.op() instanceof Multiply || node.op() instanceof Scale;
      if (product && node.input(0) == node.input(1)) {
        int value = rewrite.renamed(node.input(0));
        int copy = rewrite.insert(new Copy(node.op().path() + ".copy"), List.of(value), node);
        rewrite.reading(node, List.of(value, copy));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
