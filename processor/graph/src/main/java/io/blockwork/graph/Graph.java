package io.blockwork.graph;

import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A network.
 *
 * @param nodes in the order of execution; node 0 is the input
 * @param outputs the results, the main one first: at least one
 * @param modules paths of the operations in the order of torch's {@code state_dict}: all that have
 *     parameters, and such others as a summary shows
 */
public record Graph(List<Node> nodes, List<Output> outputs, List<String> modules) {
  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no output
   */
  public Graph {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    modules = List.copyOf(modules);
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("a network needs an output");
    }
  }

  /** The node whose value is the first result. */
  public int output() {
    return outputs.get(0).node();
  }

  /** Whether the node's value is a result. */
  public boolean isOutput(int node) {
    for (Output output : outputs) {
      if (output.node() == node) {
        return true;
      }
    }
    return false;
  }

  /** The node with the given id. */
  public Node node(int id) {
    return nodes.get(id);
  }

  /** For each node, the nodes that read it, in order: as often as they read it. */
  public List<List<Node>> consumers() {
    List<List<Node>> consumers = new ArrayList<>();
    for (Node node : nodes) {
      consumers.add(new ArrayList<>());
      for (int input : node.inputs()) {
        consumers.get(input).add(node);
      }
    }
    return consumers;
  }

  /**
   * Whether torch has the node's output as a vector, {@code [N, C]}, not as a map.
   *
   * @param shapes the shape of each node's output
   */
  public boolean isVector(int id, List<Shape> shapes) {
    // From the first value that has one place only, which torch may still have as a map.
    List<Node> way = new ArrayList<>();
    for (int at = id; at > 0 && shapes.get(at).isVector(); at = node(at).input(0)) {
      way.add(0, node(at));
    }
    boolean vector = false;
    for (Node node : way) {
      vector = node.op().isVector(vector);
    }
    return vector;
  }

  /** The same graph with other results. */
  public Graph withOutputs(List<Output> others) {
    return new Graph(nodes, others, modules);
  }
}
