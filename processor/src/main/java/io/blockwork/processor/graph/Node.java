package io.blockwork.processor.graph;

import java.util.List;

/**
 * An operation in its place; the node also stands for its output value.
 *
 * @param id index in the graph
 * @param op what is computed
 * @param inputs ids of the nodes whose outputs it reads, all smaller than {@code id}
 * @param block where it belongs
 */
public record Node(int id, Op op, List<Integer> inputs, Block block) {
  /** Copies the list and checks that the graph stays in topological order. */
  public Node {
    inputs = List.copyOf(inputs);
    for (int input : inputs) {
      if (input >= id) {
        throw new IllegalArgumentException(op.path() + " reads a node that comes after it");
      }
    }
  }

  /** The id of the {@code i}-th input. */
  public int input(int i) {
    return inputs.get(i);
  }
}
