package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.Linear;
import java.util.HashSet;
import java.util.Set;

/** Leaves out what makes a vector of a map for a linear layer alone, which can read the map. */
public final class FlattenIntoLinear {
  private FlattenIntoLinear() {}

  /** The graph without such operations. */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    Set<Integer> read = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Linear && rewrite.readOnce(node.input(0))) {
        read.add(node.input(0));
      }
    }
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Flatten && read.contains(node.id())) {
        rewrite.skip(node, node.input(0));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
