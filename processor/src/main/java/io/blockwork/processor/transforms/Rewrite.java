package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import java.util.ArrayList;
import java.util.List;

/** Copies a graph node by node, in order, with changes. */
final class Rewrite {
  private final Graph source;
  private final List<List<Node>> consumers;
  private final List<Node> nodes = new ArrayList<>();
  private final int[] renamed;

  Rewrite(Graph source) {
    this.source = source;
    this.consumers = source.consumers();
    this.renamed = new int[source.nodes().size()];
  }

  /** Whether the node's value is read by one node only, and is not a result. */
  boolean readOnce(int id) {
    return consumers.get(id).size() == 1 && !source.outputs().contains(id);
  }

  /**
   * The operation, changed as it may be, that now computes what the source's node {@code id} did.
   */
  Op now(int id) {
    return nodes.get(renamed[id]).op();
  }

  /** Copies the node. */
  void copy(Node node) {
    append(node, node.op(), node.inputs());
  }

  /** Puts {@code op}, reading the source's nodes {@code inputs}, in the place of {@code node}. */
  void append(Node node, Op op, List<Integer> inputs) {
    renamed[node.id()] = nodes.size();
    nodes.add(
        new Node(nodes.size(), op, inputs.stream().map(i -> renamed[i]).toList(), node.block()));
  }

  /** Leaves {@code node} out: {@code by}, changed to {@code op}, computes its value. */
  void absorb(Node node, int by, Op op) {
    int id = renamed[by];
    nodes.set(id, new Node(id, op, nodes.get(id).inputs(), nodes.get(id).block()));
    renamed[node.id()] = id;
  }

  /** Leaves {@code node} out: its value is that of {@code by}. */
  void skip(Node node, int by) {
    renamed[node.id()] = renamed[by];
  }

  Graph done() {
    return new Graph(
        nodes, source.outputs().stream().map(id -> renamed[id]).toList(), source.modules());
  }
}
