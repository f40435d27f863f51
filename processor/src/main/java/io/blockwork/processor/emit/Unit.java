package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Block;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.Concat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a network is cut into classes: blocks, in stages, in a network. Stages of many blocks are cut
 * once more, so that no class or method grows with the depth.
 *
 * @param path the unit's path; empty for the network
 * @param children the units within, in order; empty for a block
 * @param block the block, if this is one
 * @param nodes all nodes within, in order, without the input
 */
record Unit(String path, List<Unit> children, Optional<Block> block, List<Node> nodes) {
  private static final int MOST_CHILDREN = 50;

  Unit {
    children = List.copyOf(children);
    nodes = List.copyOf(nodes);
  }

  boolean isBlock() {
    return block.isPresent();
  }

  String type() {
    return JavaNames.type(path);
  }

  /** Whether node {@code id} is one of this unit's. */
  boolean owns(int id) {
    return nodes.get(0).id() <= id && id <= nodes.get(nodes.size() - 1).id();
  }

  /** The nodes that run a layer, in order. */
  List<Node> layers() {
    return nodes.stream().filter(Unit::isLayer).toList();
  }

  /** Whether the node runs a layer: a concatenation is there as soon as its parts are. */
  static boolean isLayer(Node node) {
    return !(node.op() instanceof Concat);
  }

  /** All blocks within, in order. */
  List<Unit> blocks() {
    return isBlock() ? List.of(this) : children.stream().flatMap(c -> c.blocks().stream()).toList();
  }

  static Unit of(Graph graph) {
    Map<String, Map<String, List<Node>>> stages = new LinkedHashMap<>();
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      stages
          .computeIfAbsent(node.block().stage(), s -> new LinkedHashMap<>())
          .computeIfAbsent(node.block().path(), b -> new ArrayList<>())
          .add(node);
    }
    List<Unit> children = new ArrayList<>();
    stages.forEach((stage, blocks) -> children.add(stage(stage, blocks)));
    return group("", children);
  }

  private static Unit stage(String stage, Map<String, List<Node>> blocks) {
    List<Unit> units = new ArrayList<>();
    blocks.forEach(
        (path, nodes) ->
            units.add(new Unit(path, List.of(), Optional.of(nodes.get(0).block()), nodes)));
    return units.size() == 1 && units.get(0).path().equals(stage)
        ? units.get(0)
        : group(stage, units);
  }

  private static Unit group(String path, List<Unit> units) {
    List<Unit> children = units;
    if (units.size() > MOST_CHILDREN) {
      children = new ArrayList<>();
      int parts = (units.size() + MOST_CHILDREN - 1) / MOST_CHILDREN;
      for (int p = 0; p < parts; p++) {
        List<Unit> part = units.subList(p * units.size() / parts, (p + 1) * units.size() / parts);
        children.add(group(path + ".part" + (p + 1), part));
      }
    }
    return new Unit(
        path,
        children,
        Optional.empty(),
        children.stream().flatMap(c -> c.nodes().stream()).toList());
  }
}
