package io.blockwork.graph;

import io.blockwork.graph.ops.Op;
import java.util.List;

/**
 * An operation in its place; the node also stands for its output value.
 *
 * @param id index in the graph
 * @param op what is computed
 * @param inputs ids of the nodes whose outputs it reads, all smaller than {@code id}; the same one
 *     may stand there more than once
 * @param block where it belongs
 */
public record Node(int id, Op op, List<Integer> inputs, Block block) {
  /** Copies the list. */
  public Node {
    inputs = List.copyOf(inputs);
  }

  /** The id of the {@code i}-th input. */
  public int input(int i) {
    return inputs.get(i);
  }
}
