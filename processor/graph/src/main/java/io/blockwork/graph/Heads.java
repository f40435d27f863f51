package io.blockwork.graph;

import io.blockwork.graph.ops.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The heads of a network: what tells its classes apart, and fine-tuning trains anew. */
public final class Heads {
  private Heads() {}

  /**
   * Paths of the modules whose parameters depend on the number of classes, whatever they are
   * called: on each way back from an output that has a loss, the first convolution or linear layer,
   * and what stands between the two. In the order of the graph.
   */
  public static List<String> modules(Graph graph) {
    Set<Integer> heads = new TreeSet<>();
    Set<Integer> seen = new HashSet<>();
    Deque<Integer> ways = new ArrayDeque<>();
    for (Output output : graph.outputs()) {
      if (output.kind() != Output.Kind.FEATURE) {
        ways.add(output.node());
      }
    }
    while (!ways.isEmpty()) {
      int id = ways.remove();
      if (seen.add(id)) {
        Node node = graph.node(id);
        if (!node.op().parameters().isEmpty()) {
          heads.add(id);
        }
        if (node.op().role() != Role.WEIGHTED) {
          ways.addAll(node.inputs());
        }
      }
    }
    List<String> modules = new ArrayList<>();
    heads.forEach(id -> modules.add(graph.node(id).op().path()));
    return modules;
  }
}
