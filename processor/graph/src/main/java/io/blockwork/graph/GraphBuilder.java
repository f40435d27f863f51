package io.blockwork.graph;

import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a graph down node by node. A node is known by its number, which {@link #add} returns.
 *
 * <pre>{@code
 * var graph = new GraphBuilder();
 * int x = graph.add(new Input(new Shape(3, 32, 32)));
 * graph.enter(Block.NETWORK.child("features", "a convolution"));
 * x = graph.add(Conv2d.same("features.0", 3, 64, 3, 1).withBias(), x);
 * x = graph.add(Activate.relu("features.1"), x);
 * graph.leave();
 * x = graph.add(new GlobalAvgPool("avgpool"), x);
 * Graph network = graph.build(graph.add(Linear.of("fc", graph.shape(x).channels(), 10), x));
 * }</pre>
 */
public final class GraphBuilder {
  private final List<Node> nodes = new ArrayList<>();
  private final List<Shape> shapes = new ArrayList<>();
  private final List<Output> others = new ArrayList<>();
  private final Set<String> modules = new LinkedHashSet<>();
  private Block block = Block.NETWORK;

  /** The nodes that follow belong to {@code block}, and to nothing around what stood before. */
  public void enter(Block block) {
    this.block = block;
  }

  /** The nodes that follow belong to the block around the current one. */
  public void leave() {
    block = block.parent().orElseThrow(() -> new IllegalStateException("not in any block"));
  }

  /** The block that nodes are being added to. */
  public Block block() {
    return block;
  }

  /**
   * Appends a node and returns its number.
   *
   * @throws IllegalArgumentException if the operation does not take so many inputs, or one of them
   *     is not the number of a node
   */
  public int add(Op op, Integer... inputs) {
    return add(op, List.of(inputs));
  }

  /**
   * Appends a node and returns its number.
   *
   * @throws IllegalArgumentException if the operation does not take so many inputs, or one of them
   *     is not the number of a node
   */
  public int add(Op op, List<Integer> inputs) {
    if (nodes.isEmpty() != (op.role() == Role.INPUT)) {
      throw new IllegalArgumentException(
          op.path() + ": the images come first, and once; got " + op.type());
    }
    if (!op.arity().allows(inputs.size())) {
      throw new IllegalArgumentException(
          op.path() + ": " + op.type() + " takes " + op.arity() + ", got " + inputs.size());
    }
    for (int input : inputs) {
      if (input < 0 || input >= nodes.size()) {
        throw new IllegalArgumentException(
            op.path() + ": there is no node " + input + " among " + nodes.size());
      }
    }
    nodes.add(new Node(nodes.size(), op, inputs, block));
    return nodes.size() - 1;
  }

  /**
   * The shape of a node's output.
   *
   * @throws ShapeFault if it, or a node before it, has none
   */
  public Shape shape(int node) {
    while (shapes.size() <= node) {
      Node next = nodes.get(shapes.size());
      shapes.add(next.op().shape(Shapes.inputs(next, shapes)));
    }
    return shapes.get(node);
  }

  /**
   * The next operations in the order of the {@code state_dict}, which may differ from the order of
   * execution. Without any, the order is that in which nodes were added.
   */
  public void modules(String... paths) {
    modules.addAll(List.of(paths));
  }

  /** The result of an auxiliary head, with the weight of its loss beside that of the main one. */
  public void auxiliary(String name, int node, double weight) {
    others.add(Output.auxiliary(name, node, weight));
  }

  /** A value inside the network that somebody wants to see. */
  public void feature(String name, int node) {
    others.add(Output.feature(name, node));
  }

  /**
   * The finished graph.
   *
   * @param output the node whose value is the network's result
   * @throws IllegalArgumentException if two operations with parameters have one name, the order of
   *     the {@code state_dict} lacks one that has parameters or names one that is not there, or an
   *     output is none
   */
  public Graph build(int output) {
    List<Output> outputs = new ArrayList<>(List.of(Output.main(output)));
    outputs.addAll(others);
    Graph graph =
        new Graph(nodes, outputs, modules.isEmpty() ? withParameters() : List.copyOf(modules));
    GraphRules.broken(graph).ifPresent(GraphBuilder::refuse);
    Set<String> paths = new HashSet<>();
    nodes.forEach(node -> paths.add(node.op().path()));
    for (String module : modules) {
      if (!paths.contains(module)) {
        refuse("the state_dict names " + module + ", and no operation is called that");
      }
    }
    return graph;
  }

  /** The operations that have parameters, in the order of the nodes. */
  private List<String> withParameters() {
    Set<String> paths = new LinkedHashSet<>();
    for (Node node : nodes) {
      if (!node.op().parameters().isEmpty()) {
        paths.add(node.op().path());
      }
    }
    return List.copyOf(paths);
  }

  private static void refuse(String rule) {
    throw new IllegalArgumentException(rule);
  }
}
