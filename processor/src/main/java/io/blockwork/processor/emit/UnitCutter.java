package io.blockwork.processor.emit;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts a network into classes along its blocks. A block with layers of its own becomes one class,
 * with all blocks within; one that only holds other blocks becomes a group of them. Whatever is too
 * large is cut once more, so that no class or method grows with the network; and where the layers
 * of blocks take turns, each turn is a unit, so that all run in their order.
 */
final class UnitCutter {
  private static final int MOST_CHILDREN = 50;
  private static final int MOST_LAYERS = 60;

  /** Layers of a block whose own blocks are so small that classes of theirs would hide it. */
  private static final int MOST_TOGETHER = 20;

  private final Graph graph;
  private final NodeNames names;
  private final Set<String> paths = new HashSet<>();

  UnitCutter(Graph graph, NodeNames names) {
    this.graph = graph;
    this.names = names;
  }

  Unit network() {
    List<Node> nodes = graph.nodes().subList(1, graph.nodes().size());
    return group("", Block.NETWORK, children(Block.NETWORK, 0, nodes));
  }

  /** Consecutive nodes of one block within another, or of none. */
  private record Turn(Optional<Block> block, List<Node> nodes) {}

  private List<Turn> turns(int depth, List<Node> nodes) {
    List<Turn> turns = new ArrayList<>();
    for (Node node : nodes) {
      List<Block> chain = node.block().chain();
      Optional<Block> block =
          chain.size() > depth ? Optional.of(chain.get(depth)) : Optional.empty();
      if (turns.isEmpty()) {
        turns.add(new Turn(block, new ArrayList<>()));
      }
      int end = turns.size() - 1;
      Turn last = turns.get(end);
      boolean apart = block.isEmpty() && isApart(last, node);
      if ((!last.block().equals(block) || apart) && Unit.isLayer(node)) {
        if (last.nodes().stream().anyMatch(Unit::isLayer)) {
          turns.add(new Turn(block, new ArrayList<>()));
        } else {
          turns.set(end, new Turn(block, last.nodes()));
        }
      }
      // What runs no layer goes with whatever is there.
      turns.get(turns.size() - 1).nodes().add(node);
    }
    return turns;
  }

  /** Whether one of a turn and a node is an auxiliary output, and the other is not. */
  private boolean isApart(Turn turn, Node node) {
    return turn.nodes().stream()
        .filter(Unit::isLayer)
        .anyMatch(other -> isAuxiliary(other) != isAuxiliary(node));
  }

  private boolean isAuxiliary(Node node) {
    return graph.outputs().stream()
        .anyMatch(output -> output.node() == node.id() && output.kind() == Output.Kind.AUXILIARY);
  }

  private List<Unit> children(Block around, int depth, List<Node> nodes) {
    List<Unit> units = new ArrayList<>();
    for (Turn turn : turns(depth, nodes)) {
      if (turn.block().isEmpty()) {
        units.addAll(own(around, turn.nodes()));
      } else {
        units.add(unit(turn.block().get(), depth + 1, turn.nodes()));
      }
    }
    return units;
  }

  private Unit unit(Block block, int depth, List<Node> nodes) {
    int layers = 0;
    boolean own = false;
    for (Node node : nodes) {
      layers += Unit.isLayer(node) ? 1 : 0;
      own |= Unit.isLayer(node) && node.block().chain().size() == depth;
    }
    // A block that holds one other block, and nothing else, is not worth a class.
    boolean one =
        layers <= MOST_LAYERS && (own || layers <= 1)
            || layers <= MOST_TOGETHER && isModule(block, depth, nodes);
    return one
        ? Unit.block(path(block.path()), block, block.title(), nodes, names)
        : group(path(block.path()), block, children(block, depth, nodes));
  }

  /**
   * Whether a block is one that people have a word for, made of such that hold none: an Inception
   * module of convolutions with their norms.
   */
  private static boolean isModule(Block block, int depth, List<Node> nodes) {
    if (block.title().isEmpty()) {
      return false;
    }
    for (Node node : nodes) {
      int titled = 0;
      for (Block inner : node.block().chain().subList(depth, node.block().chain().size())) {
        titled += inner.title().isEmpty() ? 0 : 1;
      }
      if (titled > 1) {
        return false;
      }
    }
    return true;
  }

  /** Layers that stand in a group beside its blocks. */
  private List<Unit> own(Block block, List<Node> nodes) {
    List<Unit> units = new ArrayList<>();
    int parts = (nodes.size() + MOST_LAYERS - 1) / MOST_LAYERS;
    int from = 0;
    for (int p = 1; from < nodes.size(); p++) {
      int to = Math.max(from + 1, Math.min(p, parts) * nodes.size() / parts);
      while (to < nodes.size() && isReadAcross(nodes, from, to)) {
        to++;
      }
      List<Node> part = nodes.subList(from, to);
      from = to;
      String first = part.get(0).op().path();
      String last = part.get(part.size() - 1).op().leaf();
      String path = part.size() == 1 ? first : first + " to " + last;
      units.add(Unit.block(path(path), block, title(part), part, names));
    }
    return units;
  }

  /** Whether a layer behind the cut reads what backward computes again before the cut. */
  private static boolean isReadAcross(List<Node> nodes, int from, int cut) {
    Set<Integer> again = new HashSet<>();
    for (Node node : nodes.subList(from, cut)) {
      if (node.op().recompute()) {
        again.add(node.id());
      }
    }
    return !again.isEmpty()
        && nodes.subList(cut, nodes.size()).stream()
            .anyMatch(node -> node.inputs().stream().anyMatch(again::contains));
  }

  private String title(List<Node> nodes) {
    List<String> kinds = new ArrayList<>();
    for (Node node : nodes.subList(0, Math.min(3, nodes.size()))) {
      kinds.add(node.op().description().kind());
    }
    String title = String.join(", ", kinds) + (nodes.size() > 3 ? ", ..." : "");
    return nodes.stream().anyMatch(this::isAuxiliary) ? Unit.AUXILIARY + ": " + title : title;
  }

  private Unit group(String path, Block block, List<Unit> units) {
    List<Unit> children = units;
    if (units.size() > MOST_CHILDREN) {
      children = new ArrayList<>();
      int parts = (units.size() + MOST_CHILDREN - 1) / MOST_CHILDREN;
      for (int p = 0; p < parts; p++) {
        List<Unit> part = units.subList(p * units.size() / parts, (p + 1) * units.size() / parts);
        children.add(group(path(path + ".part" + (p + 1)), block, part));
      }
    }
    return Unit.group(path, block, children, names);
  }

  private String path(String wish) {
    String path = wish;
    for (int turn = 2; !paths.add(path); turn++) {
      path = wish + " turn " + turn;
    }
    return path;
  }
}
