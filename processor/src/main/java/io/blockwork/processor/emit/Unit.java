package io.blockwork.processor.emit;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How a network is cut into classes: blocks, in groups, in a network. What {@link UnitCutter} makes
 * keeps the order of execution: a unit runs when all before it have run.
 *
 * @param path tells units apart; empty for the network
 * @param prefix what the paths of its own operations begin with
 * @param title what the papers call it; of a group without a name, what it holds
 * @param children the units within, in order; empty for a block
 * @param nodes all nodes within, in order, without the input
 * @param ids the numbers of the nodes
 * @param names what generated code calls modules
 */
record Unit(
    String path,
    String prefix,
    String title,
    List<Unit> children,
    List<Node> nodes,
    Set<Integer> ids,
    NodeNames names) {
  /** What is said of an auxiliary output. */
  static final String AUXILIARY = "auxiliary output, of training only";

  Unit {
    children = List.copyOf(children);
    nodes = List.copyOf(nodes);
  }

  /** A block: one class for all of the nodes. */
  static Unit block(String path, Block block, String title, List<Node> nodes, NodeNames names) {
    return new Unit(path, block.prefix(), title, List.of(), nodes, ids(nodes), names);
  }

  /** A group of units. */
  static Unit group(String path, Block block, List<Unit> children, NodeNames names) {
    List<Node> nodes = new ArrayList<>();
    for (Unit child : children) {
      nodes.addAll(child.nodes());
    }
    String title = block.title().isEmpty() ? title(children) : block.title();
    return new Unit(path, block.prefix(), title, children, nodes, ids(nodes), names);
  }

  /** {@code 3 x bottleneck}, or how many blocks there are if they are of several kinds. */
  private static String title(List<Unit> children) {
    List<Unit> blocks = blocks(children);
    String last = blocks.isEmpty() ? "" : blocks.get(blocks.size() - 1).title();
    // The first of a stage says more: its stride.
    boolean alike = blocks.stream().allMatch(block -> block.title().startsWith(last));
    String some = blocks.size() == 1 ? " block" : " blocks";
    return blocks.size() + (last.isEmpty() || !alike ? some : " x " + last);
  }

  private static Set<Integer> ids(List<Node> nodes) {
    Set<Integer> ids = new HashSet<>();
    for (Node node : nodes) {
      ids.add(node.id());
    }
    return ids;
  }

  boolean isBlock() {
    return children.isEmpty();
  }

  /** Whether node {@code id} is one of this unit's. */
  boolean owns(int id) {
    return ids.contains(id);
  }

  /** The nodes that run a layer, in order. */
  List<Node> layers() {
    List<Node> layers = new ArrayList<>();
    for (Node node : nodes) {
      if (isLayer(node)) {
        layers.add(node);
      }
    }
    return layers;
  }

  /** Whether the node runs a layer: a concatenation is there as soon as its parts are. */
  static boolean isLayer(Node node) {
    return node.op().runs();
  }

  /** All blocks within, in order. */
  List<Unit> blocks() {
    return isBlock() ? List.of(this) : blocks(children);
  }

  private static List<Unit> blocks(List<Unit> units) {
    List<Unit> blocks = new ArrayList<>();
    for (Unit unit : units) {
      blocks.addAll(unit.blocks());
    }
    return blocks;
  }

  static Unit of(Graph graph, NodeNames names) {
    return new UnitCutter(graph, names).network();
  }
}
