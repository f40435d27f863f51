package io.blockwork.processor.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * A network.
 *
 * @param nodes in the order of execution; node 0 is the input
 * @param outputs the nodes whose values are the results: one for a whole network, any number of at
 *     least one for a part of it
 * @param modules paths of the layers in the order of torchvision's {@code state_dict}
 */
public record Graph(List<Node> nodes, List<Integer> outputs, List<String> modules) {
  /** Copies the lists. */
  public Graph {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    modules = List.copyOf(modules);
  }

  /** A network with one result. */
  public Graph(List<Node> nodes, int output, List<String> modules) {
    this(nodes, List.of(output), modules);
  }

  /** The node whose value is the first result. */
  public int output() {
    return outputs.get(0);
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
