package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Op;
import java.util.ArrayList;
import java.util.List;

/** Copies a graph node by node, in order, with changes. */
public final class Rewrite {
  private final Graph source;
  private final List<List<Node>> consumers;
  private final List<Node> nodes = new ArrayList<>();
  private final int[] renamed;

  /** Nothing copied yet. */
  public Rewrite(Graph source) {
    this.source = source;
    this.consumers = source.consumers();
    this.renamed = new int[source.nodes().size()];
  }

  /** Whether the node's value is read by one node only, once, and is not a result. */
  boolean readOnce(int id) {
    return consumers.get(id).size() == 1 && !source.isOutput(id);
  }

  /**
   * The operation, changed as it may be, that now computes what the source's node {@code id} did.
   */
  Op now(int id) {
    return nodes.get(renamed[id]).op();
  }

  /** Copies the node. */
  public void copy(Node node) {
    append(node, node.op(), node.inputs());
  }

  /** Puts {@code op}, reading the source's nodes {@code inputs}, in the place of {@code node}. */
  void append(Node node, Op op, List<Integer> inputs) {
    List<Integer> now = new ArrayList<>(inputs.size());
    for (int input : inputs) {
      now.add(renamed[input]);
    }
    renamed[node.id()] = insert(op, now, node);
  }

  /** The number by which the copy knows the source's node. */
  public int renamed(int id) {
    return renamed[id];
  }

  /**
   * Adds a node that the source does not have, beside {@code neighbour}, reading nodes of the copy,
   * and returns its number.
   */
  public int insert(Op op, List<Integer> inputs, Node neighbour) {
    nodes.add(new Node(nodes.size(), op, inputs, neighbour.block()));
    return nodes.size() - 1;
  }

  /** Copies the node with other inputs, given by their numbers in the copy. */
  public void reading(Node node, List<Integer> inputs) {
    renamed[node.id()] = insert(node.op(), inputs, node);
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

  /** The copy. */
  public Graph done() {
    List<Output> outputs = new ArrayList<>();
    for (Output output : source.outputs()) {
      outputs.add(output.at(renamed[output.node()]));
    }
    return new Graph(nodes, outputs, source.modules());
  }
}
