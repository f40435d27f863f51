package io.blockwork.processor.report;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Role;
import io.blockwork.processor.report.Outline.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The operations of a part as the boxes of its picture: a convolution stands with the norm and the
 * activation that follow it, if nobody else reads it.
 */
final class Boxes {
  /** Operations that stand in one box, in order. */
  record Box(String name, List<Node> nodes) {
    Node first() {
      return nodes.get(0);
    }

    Node last() {
      return nodes.get(nodes.size() - 1);
    }

    boolean isJoin() {
      Role role = first().op().role();
      return role == Role.SUM || role == Role.PRODUCT || role == Role.CONCAT;
    }
  }

  private Boxes() {}

  /**
   * The boxes of a part, in order.
   *
   * @param readers of each node of the graph
   */
  static List<Box> of(Graph graph, Part part, List<List<Node>> readers) {
    List<List<Node>> groups = new ArrayList<>();
    Map<Integer, List<Node>> ending = new HashMap<>();
    for (Node node : part.nodes()) {
      List<Node> group = node.inputs().size() == 1 ? ending.get(node.input(0)) : null;
      if (group != null
          && readers.get(node.input(0)).size() == 1
          && !graph.isOutput(node.input(0))
          && follows(group, node)) {
        group.add(node);
      } else {
        group = new ArrayList<>(List.of(node));
        groups.add(group);
      }
      ending.put(node.id(), group);
    }
    Map<String, Integer> sizes = new HashMap<>();
    for (Node node : part.nodes()) {
      node.block().chain().forEach(block -> sizes.merge(block.path(), 1, Integer::sum));
    }
    return groups.stream().map(group -> new Box(name(part, group, sizes), group)).toList();
  }

  private static boolean follows(List<Node> group, Node node) {
    Role first = group.get(0).op().role();
    Role role = node.op().role();
    return switch (first) {
      case WEIGHTED -> role == Role.ELEMENTWISE || role == Role.NORM && group.size() == 1;
      case NORM, ELEMENTWISE -> role == Role.ELEMENTWISE;
      default -> false;
    };
  }

  /** The block's name if the box holds all of a block, or else the first operation's. */
  private static String name(Part part, List<Node> group, Map<String, Integer> sizes) {
    Set<String> around = new HashSet<>();
    part.block().chain().forEach(block -> around.add(block.path()));
    for (Block block : group.get(0).block().chain()) {
      long inside = group.stream().filter(node -> node.block().chain().contains(block)).count();
      if (!around.contains(block.path()) && sizes.getOrDefault(block.path(), 0) == inside) {
        return name(part, block.path());
      }
    }
    return name(part, group.get(0).op().path());
  }

  /** A path within the part, or within the nearest block around it. */
  static String name(Part part, String path) {
    List<Block> around = part.block().chain();
    for (int i = around.size() - 1; i >= 0; i--) {
      String prefix = around.get(i).prefix();
      if (path.length() > prefix.length() && path.startsWith(prefix)) {
        return path.substring(prefix.length());
      }
    }
    return path;
  }
}
