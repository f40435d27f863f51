package io.blockwork.graph;

import java.util.HashSet;
import java.util.Set;

/** What has to be computed for some values. */
public final class Needed {
  private Needed() {}

  /** The nodes that {@code values} need, themselves included. */
  public static Set<Integer> by(Graph graph, Set<Integer> values) {
    Set<Integer> needed = new HashSet<>(values);
    for (int id = graph.nodes().size() - 1; id > 0; id--) {
      if (needed.contains(id)) {
        needed.addAll(graph.node(id).inputs());
      }
    }
    return needed;
  }
}
