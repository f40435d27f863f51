package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.Conv2d;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets a convolution add the shortcut to its output itself, and apply the ReLU after the sum. For
 * inference only.
 */
public final class FuseResidualAdd {
  private FuseResidualAdd() {}

  /**
   * The graph in which convolutions do the sums, where one of the two summands is a convolution
   * that nobody else reads.
   */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    // The sum that each convolution takes over.
    Map<Integer, Integer> sumOf = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Add) {
        node.inputs().stream()
            .filter(i -> rewrite.readOnce(i) && canAdd(graph.node(i)))
            .findFirst()
            .ifPresent(i -> sumOf.put(i, node.id()));
      }
    }
    for (Node node : graph.nodes()) {
      if (sumOf.containsKey(node.id())) {
        continue; // computed where the sum was, when the other summand is there
      }
      if (node.op() instanceof Add add) {
        var conv =
            node.inputs().stream().filter(i -> sumOf.getOrDefault(i, -1) == node.id()).findFirst();
        if (conv.isPresent()) {
          Node branch = graph.node(conv.get());
          int other = node.input(0) == branch.id() ? node.input(1) : node.input(0);
          rewrite.append(
              node, ((Conv2d) branch.op()).adding(add.relu()), List.of(branch.input(0), other));
          continue;
        }
      }
      rewrite.copy(node);
    }
    return rewrite.done();
  }

  private static boolean canAdd(Node node) {
    return node.op() instanceof Conv2d conv && !conv.residual() && !conv.relu();
  }
}
