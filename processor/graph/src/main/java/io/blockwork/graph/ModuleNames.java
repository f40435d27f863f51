package io.blockwork.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The names of a network's values, as torchvision's {@code create_feature_extractor} has them: an
 * operation's path stands for its output, and what the path begins with for the output of the last
 * such operation. A module that runs several times has a number behind its further runs: {@code
 * layer1.0.relu}, {@code layer1.0.relu_1}. Auxiliary heads do not stand for what is around them.
 */
public final class ModuleNames {
  private final Map<String, Integer> nodes = new LinkedHashMap<>();

  private ModuleNames(Graph graph) {
    Set<Integer> main = Needed.by(graph, Set.of(graph.output()));
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      String path = node.op().path();
      String name = path;
      for (int run = 1; nodes.containsKey(name); run++) {
        name = path + "_" + run;
      }
      nodes.put(name, node.id());
      for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
        String around = name.substring(0, dot);
        Integer before = nodes.get(around);
        if (before == null || main.contains(node.id()) || !main.contains(before)) {
          nodes.put(around, node.id());
        }
      }
    }
  }

  /** The names of the network's values, before any transform. */
  public static ModuleNames of(Graph graph) {
    return new ModuleNames(graph);
  }

  /** The node whose value has the name. */
  public OptionalInt node(String name) {
    Integer node = nodes.get(name);
    return node == null ? OptionalInt.empty() : OptionalInt.of(node);
  }

  /** All names, each before what follows it in the network, with the nodes. */
  public Map<String, Integer> all() {
    return Collections.unmodifiableMap(nodes);
  }
}
