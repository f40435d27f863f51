package io.blockwork.processor.report;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network as stages, and each stage as runs of blocks that are alike. */
final class Outline {
  /** A block with its operations in order. */
  record Piece(Block block, List<Node> nodes) {
    Node first() {
      return nodes.get(0);
    }

    Node last() {
      return nodes.get(nodes.size() - 1);
    }

    boolean isDense() {
      return nodes.stream().anyMatch(n -> n.op().role() == Role.CONCAT);
    }

    boolean isResidual() {
      return nodes.stream().anyMatch(n -> n.op().role() == Role.SUM);
    }
  }

  /** Consecutive blocks of a stage with the same operations and shapes. */
  record Run(List<Piece> blocks) {
    Piece first() {
      return blocks.get(0);
    }

    int count() {
      return blocks.size();
    }

    /** {@code layer1.1 … layer1.17}. */
    String paths() {
      String from = first().block().path();
      return count() == 1 ? from : from + " … " + blocks.get(count() - 1).block().path();
    }
  }

  /** A stage. */
  record Stage(String name, List<Run> runs) {
    List<Piece> blocks() {
      return runs.stream().flatMap(run -> run.blocks().stream()).toList();
    }

    Node first() {
      return runs.get(0).first().first();
    }

    Node last() {
      List<Piece> blocks = blocks();
      return blocks.get(blocks.size() - 1).last();
    }
  }

  private Outline() {}

  static List<Stage> of(Graph graph, List<Shape> shapes) {
    Map<String, Map<Block, List<Node>>> stages = new LinkedHashMap<>();
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      stages
          .computeIfAbsent(node.block().stage().path(), s -> new LinkedHashMap<>())
          .computeIfAbsent(node.block(), b -> new ArrayList<>())
          .add(node);
    }
    List<Stage> outline = new ArrayList<>();
    stages.forEach(
        (name, blocks) -> {
          List<Run> runs = new ArrayList<>();
          List<Piece> current = new ArrayList<>();
          String key = "";
          for (Map.Entry<Block, List<Node>> block : blocks.entrySet()) {
            Piece piece = new Piece(block.getKey(), block.getValue());
            String next = key(piece, shapes);
            if (!current.isEmpty() && !next.equals(key)) {
              runs.add(new Run(List.copyOf(current)));
              current.clear();
            }
            current.add(piece);
            key = next;
          }
          runs.add(new Run(List.copyOf(current)));
          outline.add(new Stage(name, runs));
        });
    return outline;
  }

  private static String description(Node node) {
    return node.op().description().kind() + node.op().description().extras();
  }

  /** Equal for blocks that differ in nothing but their place. */
  private static String key(Piece piece, List<Shape> shapes) {
    StringBuilder key = new StringBuilder();
    for (Node node : piece.nodes()) {
      key.append(node.op().leaf()).append(description(node)).append(shapes.get(node.id()));
      for (int input : node.inputs()) {
        key.append(piece.first().id() - input > 1 ? shapes.get(input) : node.id() - input);
      }
    }
    return key.toString();
  }
}
