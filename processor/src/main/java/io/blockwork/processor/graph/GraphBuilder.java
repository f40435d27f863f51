package io.blockwork.processor.graph;

import java.util.ArrayList;
import java.util.List;

/** Writes a graph down node by node. */
public final class GraphBuilder {
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> modules = new ArrayList<>();
  private Block block = Block.alone("stem", "", "input");

  /** The nodes that follow belong to {@code block}. */
  public void enter(Block block) {
    this.block = block;
  }

  /** The block that nodes are being added to. */
  public Block block() {
    return block;
  }

  /** Appends a node and returns its id. */
  public int add(Op op, Integer... inputs) {
    return add(op, List.of(inputs), block);
  }

  /** Appends a node to another block than the current one and returns its id. */
  public int add(Op op, List<Integer> inputs, Block block) {
    nodes.add(new Node(nodes.size(), op, inputs, block));
    return nodes.size() - 1;
  }

  /** The next modules in {@code state_dict} order, which may differ from the order of execution. */
  public void modules(String... paths) {
    modules.addAll(List.of(paths));
  }

  /** The finished graph. */
  public Graph build(int output) {
    return new Graph(nodes, output, modules);
  }
}
