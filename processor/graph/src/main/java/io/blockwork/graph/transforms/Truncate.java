package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Needed;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.Output.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Cuts a network down to what some of its values need. */
public final class Truncate {
  private Truncate() {}

  /** The part of {@code graph} that computes {@code outputs}, which become its results. */
  public static Graph apply(Graph graph, List<Output> outputs) {
    Set<Integer> values = new HashSet<>();
    outputs.forEach(output -> values.add(output.node()));
    Set<Integer> needed = Needed.by(graph, values);
    if (needed.size() + (needed.contains(0) ? 0 : 1) == graph.nodes().size()) {
      return graph.withOutputs(outputs);
    }
    Set<String> paths = new HashSet<>();
    var rewrite = new Rewrite(graph.withOutputs(outputs));
    for (Node node : graph.nodes()) {
      if (node.id() == 0 || needed.contains(node.id())) {
        rewrite.copy(node);
        paths.add(node.op().path());
      }
    }
    Graph part = rewrite.done();
    return new Graph(
        part.nodes(), part.outputs(), part.modules().stream().filter(paths::contains).toList());
  }

  /** What inference computes: everything but auxiliary heads. */
  public static Graph forInference(Graph graph) {
    return apply(graph, without(graph, Kind.AUXILIARY));
  }

  /** What training computes: the results that have a loss. */
  public static Graph forTraining(Graph graph) {
    return apply(graph, without(graph, Kind.FEATURE));
  }

  private static List<Output> without(Graph graph, Kind kind) {
    return graph.outputs().stream().filter(output -> output.kind() != kind).toList();
  }
}
