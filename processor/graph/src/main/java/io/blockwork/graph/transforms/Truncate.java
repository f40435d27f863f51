package io.blockwork.graph.transforms;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Needed;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.Output.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /**
   * The same for results that people want to see. A block of which a part is left is called after
   * what is left of it: a head without its classifier is none.
   */
  public static Graph forFeatures(Graph graph, List<Output> outputs) {
    Graph part = apply(graph, outputs);
    Map<String, Integer> whole = sizes(graph);
    Map<String, Integer> left = sizes(part);
    Set<String> parents = new HashSet<>();
    part.nodes().forEach(node -> node.block().parent().ifPresent(b -> parents.add(b.path())));
    Map<String, List<String>> titles = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : part.nodes()) {
      String path = node.block().path();
      if (isCut(node.block(), whole, left) && !parents.contains(path) && node.id() > 0) {
        titles.computeIfAbsent(path, p -> new ArrayList<>()).add(node.op().description().phrase());
      }
    }
    for (Node node : part.nodes()) {
      Block block = node.block();
      List<String> title = titles.get(block.path());
      nodes.add(
          title == null
              ? node
              : new Node(
                  node.id(), node.op(), node.inputs(), block.titled(String.join(", ", title))));
    }
    return new Graph(nodes, part.outputs(), part.modules());
  }

  private static boolean isCut(Block block, Map<String, Integer> whole, Map<String, Integer> left) {
    return !block.title().isEmpty()
        && !Objects.equals(left.get(block.path()), whole.get(block.path()));
  }

  private static Map<String, Integer> sizes(Graph graph) {
    Map<String, Integer> sizes = new HashMap<>();
    graph.nodes().forEach(node -> sizes.merge(node.block().path(), 1, Integer::sum));
    return sizes;
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
