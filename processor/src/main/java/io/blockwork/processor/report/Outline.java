package io.blockwork.processor.report;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A network as stages, each stage as runs of parts that are alike. A part is what people have a
 * word for, a residual block or an Inception module, or layers that stand by themselves.
 */
final class Outline {
  /** The most operations that stand by themselves and are shown together. */
  private static final int MOST_TOGETHER = 12;

  /**
   * What is drawn as one.
   *
   * @param block whose names its operations' names are relative to
   * @param path tells parts apart
   * @param nodes its operations, in order
   * @param auxiliary whether only an auxiliary output needs it
   */
  record Part(Block block, String path, String title, List<Node> nodes, boolean auxiliary) {
    Node first() {
      return nodes.get(0);
    }

    Node last() {
      return nodes.get(nodes.size() - 1);
    }

    boolean has(Role role) {
      return nodes.stream().anyMatch(node -> node.op().role() == role);
    }
  }

  /** Consecutive parts of a stage with the same operations and shapes. */
  record Run(List<Part> parts) {
    Part first() {
      return parts.get(0);
    }

    int count() {
      return parts.size();
    }

    /** {@code layer1.1 … 17}. */
    String paths() {
      String from = first().path();
      return count() == 1 ? from : Overview.range(from, parts.get(count() - 1).path());
    }
  }

  /** A stage. */
  record Stage(String name, List<Run> runs) {
    List<Part> parts() {
      return runs.stream().flatMap(run -> run.parts().stream()).toList();
    }

    Node last() {
      List<Part> parts = parts();
      return parts.get(parts.size() - 1).last();
    }

    boolean auxiliary() {
      return runs.get(0).first().auxiliary();
    }
  }

  private final Graph graph;
  private final List<Shape> shapes;
  private final Set<Integer> main;
  private final List<List<Node>> readers;

  private Outline(Graph graph, List<Shape> shapes) {
    this.graph = graph;
    this.shapes = shapes;
    this.main = main(graph);
    this.readers = graph.consumers();
  }

  static List<Stage> of(Graph graph, List<Shape> shapes) {
    var outline = new Outline(graph, shapes);
    List<Node> nodes = graph.nodes().subList(1, graph.nodes().size());
    return outline.joined(outline.stages(Block.NETWORK, 0, nodes));
  }

  /** The nodes that outputs need which are not auxiliary. */
  static Set<Integer> main(Graph graph) {
    Set<Integer> main = new HashSet<>();
    for (Output output : graph.outputs()) {
      if (output.kind() != Output.Kind.AUXILIARY) {
        main.add(output.node());
      }
    }
    for (int id = graph.nodes().size() - 1; id > 0; id--) {
      if (main.contains(id)) {
        main.addAll(graph.node(id).inputs());
      }
    }
    return main;
  }

  /** Consecutive nodes of one block within another, or of none. */
  private record Turn(Optional<Block> block, List<Node> nodes, boolean auxiliary) {}

  private List<Turn> turns(int depth, List<Node> nodes) {
    List<Turn> turns = new ArrayList<>();
    for (Node node : nodes) {
      List<Block> chain = node.block().chain();
      Optional<Block> block =
          chain.size() > depth ? Optional.of(chain.get(depth)) : Optional.empty();
      boolean auxiliary = !main.contains(node.id());
      Turn last = turns.isEmpty() ? null : turns.get(turns.size() - 1);
      if (last == null || !last.block().equals(block) || last.auxiliary() != auxiliary) {
        last = new Turn(block, new ArrayList<>(), auxiliary);
        turns.add(last);
      }
      last.nodes().add(node);
    }
    return turns;
  }

  /** A block that holds most of the network is no stage, but holds stages. */
  private List<Stage> stages(Block around, int depth, List<Node> nodes) {
    List<Stage> stages = new ArrayList<>();
    for (Turn turn : turns(depth, nodes)) {
      boolean most = 2 * turn.nodes().size() > graph.nodes().size();
      if (most && holdsNamed(turn, depth + 1)) {
        stages.addAll(stages(turn.block().orElseThrow(), depth + 1, turn.nodes()));
      } else if (turn.block().isEmpty() || isPart(turn, depth + 1)) {
        stages.add(stage(new Run(List.of(part(around, turn)))));
      } else {
        Block block = turn.block().get();
        stages.add(new Stage(block.path(), runs(parts(block, depth + 1, turn.nodes()))));
      }
    }
    return stages;
  }

  /** Whether there are blocks within a block that people have a word for. */
  private static boolean holdsNamed(Turn turn, int depth) {
    return turn.nodes().stream()
        .map(node -> node.block().chain())
        .anyMatch(
            chain ->
                chain.size() > depth
                    && chain.subList(depth, chain.size()).stream()
                        .anyMatch(block -> !block.title().isEmpty()));
  }

  private static Stage stage(Run run) {
    return new Stage(run.paths(), List.of(run));
  }

  /** Stages that are one part each, where they are alike or single operations, as one. */
  private List<Stage> joined(List<Stage> stages) {
    List<Stage> joined = new ArrayList<>();
    List<Part> single = new ArrayList<>();
    for (Stage stage : stages) {
      if (stage.parts().size() == 1) {
        single.addAll(stage.parts());
      } else {
        runs(single).forEach(run -> joined.add(stage(run)));
        single.clear();
        joined.add(stage);
      }
    }
    runs(single).forEach(run -> joined.add(stage(run)));
    return joined;
  }

  private List<Part> parts(Block around, int depth, List<Node> nodes) {
    List<Part> parts = new ArrayList<>();
    for (Turn turn : turns(depth, nodes)) {
      if (turn.block().isEmpty() || isPart(turn, depth + 1)) {
        parts.add(part(around, turn));
      } else {
        parts.addAll(parts(turn.block().get(), depth + 1, turn.nodes()));
      }
    }
    return parts;
  }

  /**
   * Whether a block is drawn as one: it has operations of its own, or it has a name and what it
   * holds is made of such that hold no others.
   */
  private static boolean isPart(Turn turn, int depth) {
    boolean module = !turn.block().orElseThrow().title().isEmpty();
    for (Node node : turn.nodes()) {
      List<Block> chain = node.block().chain();
      if (chain.size() == depth) {
        return true;
      }
      long titled =
          chain.subList(depth, chain.size()).stream().filter(b -> !b.title().isEmpty()).count();
      module &= titled <= 1;
    }
    return module;
  }

  private static Part part(Block around, Turn turn) {
    return turn.block()
        .map(block -> new Part(block, block.path(), block.title(), turn.nodes(), turn.auxiliary()))
        .orElseGet(() -> new Part(around, path(turn.nodes()), "", turn.nodes(), turn.auxiliary()));
  }

  private static String path(List<Node> nodes) {
    String first = nodes.get(0).op().path();
    return nodes.size() == 1 ? first : first + " to " + nodes.get(nodes.size() - 1).op().path();
  }

  /** Parts that are alike as runs, and single operations together. */
  private List<Run> runs(List<Part> parts) {
    List<Run> alike = new ArrayList<>();
    String key = "";
    for (Part part : parts) {
      String next = key(part, true);
      if (!alike.isEmpty() && next.equals(key)) {
        alike.get(alike.size() - 1).parts().add(part);
      } else {
        alike.add(new Run(new ArrayList<>(List.of(part))));
      }
      key = next;
    }
    List<Run> runs = new ArrayList<>();
    for (Run run : alike) {
      Optional<Run> together =
          runs.isEmpty() ? Optional.empty() : together(runs.get(runs.size() - 1), run);
      together.ifPresentOrElse(one -> runs.set(runs.size() - 1, one), () -> runs.add(run));
    }
    return runs;
  }

  private Optional<Run> together(Run before, Run run) {
    Part a = before.first();
    Part b = run.first();
    if (before.count() > 1
        || run.count() > 1
        || a.auxiliary() != b.auxiliary()
        || !isPlain(a)
        || !isPlain(b)
        || boxes(a) + boxes(b) > MOST_TOGETHER) {
      return Optional.empty();
    }
    List<Node> nodes = new ArrayList<>(a.nodes());
    nodes.addAll(b.nodes());
    String from = a.path().split(" to ", 2)[0];
    String[] to = b.path().split(" to ", 2);
    Block around = b.first().block().chain().isEmpty() ? Block.NETWORK : common(a, b);
    return Optional.of(
        new Run(
            List.of(
                new Part(around, from + " to " + to[to.length - 1], "", nodes, a.auxiliary()))));
  }

  private static Block common(Part a, Part b) {
    Block common = Block.NETWORK;
    List<Block> left = a.first().block().chain();
    List<Block> right = b.first().block().chain();
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      if (!left.get(i).equals(right.get(i))) {
        break;
      }
      common = left.get(i);
    }
    return common;
  }

  /** Whether it is one operation, or several of such together. */
  private boolean isPlain(Part part) {
    return boxes(part) == 1 || part.path().contains(" to ") && part.title().isEmpty();
  }

  private int boxes(Part part) {
    return Boxes.of(graph, part, readers).size();
  }

  /**
   * Equal for parts that differ in nothing but their place; and, if not {@code exact}, in how many
   * channels reach them.
   */
  String key(Part part, boolean exact) {
    StringBuilder key = new StringBuilder().append(part.auxiliary()).append(part.title());
    int start = part.first().id();
    int[] ids = part.nodes().stream().mapToInt(Node::id).toArray();
    List<Integer> outside = new ArrayList<>();
    for (Node node : part.nodes()) {
      Shape shape = shapes.get(node.id());
      key.append('\n').append(Boxes.name(part, node.op().path())).append(' ');
      key.append(node.op().description().kind()).append(node.op().description().extras());
      key.append(' ');
      boolean channels = exact || node.op().role() == Role.WEIGHTED;
      key.append(channels ? shape : shape.height() + " x " + shape.width());
      for (int input : node.inputs()) {
        if (input >= start && Arrays.binarySearch(ids, input) >= 0) {
          key.append(" -").append(node.id() - input);
        } else {
          if (!outside.contains(input)) {
            outside.add(input);
          }
          key.append(" <").append(outside.indexOf(input));
          key.append(exact ? shapes.get(input) : "");
        }
      }
    }
    return key.toString();
  }

  /** For parts in order, those that one picture shows. */
  static List<List<Part>> pictures(Graph graph, List<Shape> shapes, List<Stage> stages) {
    var outline = new Outline(graph, shapes);
    var pictures = new java.util.LinkedHashMap<String, List<Part>>();
    for (Stage stage : stages) {
      for (Part part : stage.parts()) {
        pictures.computeIfAbsent(outline.key(part, false), k -> new ArrayList<>()).add(part);
      }
    }
    return List.copyOf(pictures.values());
  }
}
