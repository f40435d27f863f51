package io.blockwork.processor.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * A network.
 *
 * @param nodes in the order of execution; node 0 is the input
 * @param output the node whose value is the result
 * @param modules paths of the layers in the order of torchvision's {@code state_dict}
 */
public record Graph(List<Node> nodes, int output, List<String> modules) {
  /** Copies the lists. */
  public Graph {
    nodes = List.copyOf(nodes);
    modules = List.copyOf(modules);
  }

  /** The node with the given id. */
  public Node node(int id) {
    return nodes.get(id);
  }

  /** For each node, the nodes that read it, in order. */
  public List<List<Node>> consumers() {
    List<List<Node>> consumers = new ArrayList<>();
    for (Node node : nodes) {
      consumers.add(new ArrayList<>());
      node.inputs().forEach(i -> consumers.get(i).add(node));
    }
    return consumers;
  }
}
