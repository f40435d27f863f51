package io.blockwork.processor.emit;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The group of modules that holds most of a network, as {@code features} of DenseNet does: a name
 * that begins nearly every path tells nothing apart, and generated code does without it.
 */
final class Trunk {
  private Trunk() {}

  /**
   * The first part of the names of more than half of the operations, if what is left of them are
   * names, not numbers, and none of the other operations' names begins as one of them; else empty.
   *
   * @param byPath names of modules that are not called by their paths
   */
  static String of(Graph graph, Map<String, String> byPath) {
    Map<String, Integer> sizes = new HashMap<>();
    int all = 0;
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      String name = byPath.getOrDefault(node.op().path(), node.op().path());
      sizes.merge(first(name), 1, Integer::sum);
      all++;
    }
    for (Map.Entry<String, Integer> group : sizes.entrySet()) {
      if (2 * group.getValue() > all && tellsNothing(graph, byPath, group.getKey())) {
        return group.getKey();
      }
    }
    return "";
  }

  private static boolean tellsNothing(Graph graph, Map<String, String> byPath, String group) {
    Set<String> inside = new HashSet<>();
    Set<String> outside = new HashSet<>();
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      String name = byPath.getOrDefault(node.op().path(), node.op().path());
      if (!first(name).equals(group)) {
        outside.add(first(name));
      } else if (name.length() == group.length()
          || !Character.isJavaIdentifierStart(name.charAt(group.length() + 1))) {
        return false;
      } else {
        inside.add(first(name.substring(group.length() + 1)));
      }
    }
    inside.retainAll(outside);
    return inside.isEmpty();
  }

  private static String first(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
