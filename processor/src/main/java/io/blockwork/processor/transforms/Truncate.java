package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Cuts a network down to what some of its values need. */
public final class Truncate {
  private Truncate() {}

  /**
   * The part of {@code graph} that computes the nodes {@code outputs}, which become its results in
   * that order.
   */
  public static Graph apply(Graph graph, List<Integer> outputs) {
    Set<Integer> needed = new HashSet<>(outputs);
    needed.add(0);
    for (int id = graph.nodes().size() - 1; id > 0; id--) {
      if (needed.contains(id)) {
        needed.addAll(graph.node(id).inputs());
      }
    }
    Set<String> paths = new HashSet<>();
    var rewrite = new Rewrite(new Graph(graph.nodes(), outputs, graph.modules()));
    for (Node node : graph.nodes()) {
      if (needed.contains(node.id())) {
        rewrite.copy(node);
        paths.add(node.op().path());
      }
    }
    Graph part = rewrite.done();
    return new Graph(
        part.nodes(), part.outputs(), part.modules().stream().filter(paths::contains).toList());
  }
}
