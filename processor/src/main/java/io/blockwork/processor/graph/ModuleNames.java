package io.blockwork.processor.graph;

import io.blockwork.processor.graph.Op.Concat;
import io.blockwork.processor.graph.Op.Input;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The names of a network's values, as torchvision's {@code create_feature_extractor} has them: a
 * layer's path stands for its output, and the path of a stage or block for the output of its last
 * layer. A module that runs several times has a number behind its further runs: {@code
 * layer1.0.relu}, {@code layer1.0.relu_1}.
 */
public final class ModuleNames {
  private final Map<String, Integer> nodes = new LinkedHashMap<>();

  private ModuleNames(Graph graph) {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Concat) {
        // A dense layer gives its new features alone, a dense block all of them.
        within(node.block().stage(), node.id());
      } else if (!(node.op() instanceof Input)) {
        String path = node.op().path();
        String name = path;
        for (int run = 1; nodes.containsKey(name); run++) {
          name = path + "_" + run;
        }
        within(name, node.id());
      }
    }
  }

  /** The names of the network's values, before any transform. */
  public static ModuleNames of(Graph graph) {
    return new ModuleNames(graph);
  }

  private void within(String name, int node) {
    nodes.put(name, node);
    for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      nodes.put(name.substring(0, dot), node);
    }
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
