package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Sum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets a convolution add the shortcut to its output itself, times a factor, and apply what ends the
 * sum. For inference only.
 */
public final class FuseResidualAdd {
  private FuseResidualAdd() {}

  /**
   * The graph in which convolutions do the sums of two, where one of the summands is a convolution
   * that nobody else reads, and the other is not multiplied.
   */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    // The place of the convolution among the inputs of each sum, and the sum of each convolution.
    Map<Integer, Integer> branchOf = new HashMap<>();
    Map<Integer, Integer> sumOf = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Sum sum && node.inputs().size() == 2) {
        for (int i = 0; i < 2 && !branchOf.containsKey(node.id()); i++) {
          int input = node.input(i);
          boolean fits = graph.node(input).op() instanceof Conv2d conv && conv.canAdd();
          if (fits && rewrite.readOnce(input) && sum.factors().get(1 - i) == 1) {
            branchOf.put(node.id(), i);
            sumOf.put(input, node.id());
          }
        }
      }
    }
    for (Node node : graph.nodes()) {
      if (sumOf.containsKey(node.id())) {
        continue; // computed where the sum was, when the other summand is there
      }
      Integer at = branchOf.get(node.id());
      if (at != null && node.op() instanceof Sum sum) {
        Node branch = graph.node(node.input(at));
        Conv2d conv = ((Conv2d) branch.op()).adding(sum.factors().get(at), sum.activation());
        rewrite.append(node, conv, List.of(branch.input(0), node.input(1 - at)));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }
}
