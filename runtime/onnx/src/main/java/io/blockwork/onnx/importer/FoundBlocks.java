package io.blockwork.onnx.importer;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The blocks of a network whose names tell none, found from how its operations are connected: what
 * lies between two places where a single value is all that goes on (a residual block, an Inception
 * module) is a block; long chains end where maps become smaller; what is still long is cut where it
 * repeats itself.
 *
 * <p>Operations that have no name of their own are called after what they do: {@code block3.conv1}.
 * So blocks alike have operations of the same names, and share a class.
 */
final class FoundBlocks {
  /** So many operations beside each other can be read without blocks. */
  private static final int FEW = 20;

  /** A chain that is no longer stays beside the blocks: a stem, a transition. */
  private static final int SHORT_CHAIN = 5;

  private static final int LONGEST = 40;

  private final Graph graph;
  private final List<Shape> shapes;
  private final Set<String> unnamed;

  /** The block that all operations stand in; what is found in it stands beside it instead. */
  private final Block root;

  private final Set<String> taken = new HashSet<>();
  private final Map<String, Place> places = new LinkedHashMap<>();

  /**
   * Where an operation stands.
   *
   * @param path what it is called
   * @param block where
   */
  record Place(String path, Block block) {}

  private FoundBlocks(Graph graph, Set<String> unnamed) {
    this.graph = graph;
    this.shapes = Shapes.of(graph);
    this.unnamed = unnamed;
    this.root = commonBlock(graph);
  }

  /**
   * The places of operations for which blocks were found, by their paths.
   *
   * @param graph with the blocks that names tell
   * @param unnamed the paths that were made up, for want of a name
   */
  static Map<String, Place> of(Graph graph, Set<String> unnamed) {
    var found = new FoundBlocks(graph, unnamed);
    long flat = graph.nodes().stream().skip(1).filter(found::isFlat).count();
    if (flat > FEW) {
      found.find();
    }
    return found.places;
  }

  /** The innermost block that holds all operations. */
  private static Block commonBlock(Graph graph) {
    List<Block> common = graph.node(graph.output()).block().chain();
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      List<Block> chain = node.block().chain();
      int same = 0;
      while (same < Math.min(common.size(), chain.size())
          && common.get(same).equals(chain.get(same))) {
        same++;
      }
      common = common.subList(0, same);
    }
    return common.isEmpty() ? Block.NETWORK : common.get(common.size() - 1);
  }

  private boolean isFlat(Node node) {
    return node.block().equals(root);
  }

  private void find() {
    List<List<Node>> blocks = blocks(segments());
    if (blocks.size() < 2) {
      return;
    }
    Set<Integer> inside = new HashSet<>();
    blocks.forEach(block -> block.forEach(node -> inside.add(node.id())));
    graph.nodes().forEach(node -> taken.add(node.op().path()));
    Map<String, Integer> counts = new HashMap<>();
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      if (isFlat(node) && !inside.contains(node.id())) {
        place(node, Block.NETWORK, root.prefix(), counts);
      }
    }
    int number = 0;
    for (List<Node> nodes : blocks) {
      String path;
      do {
        path = root.prefix() + "block" + ++number;
      } while (isTaken(path));
      place(nodes, path);
    }
  }

  private boolean isTaken(String block) {
    return taken.stream().anyMatch(path -> path.equals(block) || path.startsWith(block + "."));
  }

  /** Names the operations of a block, and the block. */
  private void place(List<Node> nodes, String path) {
    String prefix = root.prefix();
    String name = path;
    if (nodes.stream().allMatch(node -> unnamed.contains(node.op().path()))) {
      prefix = path + ".";
    } else if (commonPrefix(nodes).length() > prefix.length()) {
      prefix = commonPrefix(nodes);
      name = prefix.substring(0, prefix.length() - 1);
    }
    Block block = Block.stage(name, prefix, "");
    Map<String, Integer> counts = new HashMap<>();
    for (Node node : nodes) {
      place(node, block, prefix, counts);
    }
  }

  /** What all paths begin with, up to an underscore, if no other path begins so; else nothing. */
  private String commonPrefix(List<Node> nodes) {
    String first = nodes.get(0).op().path();
    int end = first.length();
    for (Node node : nodes) {
      String path = node.op().path();
      int same = 0;
      while (same < Math.min(end, path.length()) && path.charAt(same) == first.charAt(same)) {
        same++;
      }
      end = same;
    }
    String prefix = first.substring(0, first.lastIndexOf('_', end - 1) + 1);
    long all = taken.stream().filter(path -> path.startsWith(prefix)).count();
    return all == nodes.size()
            && !taken.contains(prefix.substring(0, Math.max(0, prefix.length() - 1)))
        ? prefix
        : "";
  }

  private void place(Node node, Block block, String prefix, Map<String, Integer> counts) {
    String old = node.op().path();
    String path = old;
    if (unnamed.contains(old)) {
      String kind = kind(node.op());
      do {
        path = prefix + kind + counts.merge(kind, 1, Integer::sum);
      } while (!path.equals(old) && taken.contains(path));
      taken.add(path);
    }
    places.put(old, new Place(path, block));
  }

  /** What people call an operation of a kind. */
  private static String kind(Op op) {
    return switch (op.role()) {
      case NORM -> op.type().startsWith("Batch") ? "bn" : "norm";
      case SUM -> "add";
      case PRODUCT -> "mul";
      default -> word(op);
    };
  }

  private static String word(Op op) {
    String type = op.type().toLowerCase(Locale.ROOT);
    if (type.equals("linear")) {
      return "fc";
    }
    return type.startsWith("adaptive")
        ? type.substring("adaptive".length()).replace("2d", "")
        : type.replace("2d", "");
  }

  /** Consecutive operations such that only one value goes on behind each. */
  private List<List<Node>> segments() {
    int count = graph.nodes().size();
    int[] lastRead = new int[count];
    for (Node node : graph.nodes()) {
      node.inputs().forEach(input -> lastRead[input] = node.id());
    }
    graph.outputs().forEach(output -> lastRead[output.node()] = count);
    List<List<Node>> segments = new ArrayList<>();
    List<Node> open = new ArrayList<>();
    int reach = lastRead[0];
    for (Node node : graph.nodes().subList(1, count)) {
      open.add(node);
      if (reach <= node.id()) {
        segments.add(open);
        open = new ArrayList<>();
      }
      reach = Math.max(reach, lastRead[node.id()]);
    }
    if (!open.isEmpty()) {
      segments.add(open);
    }
    return segments;
  }

  /** The blocks that segments make, in order; what stands in none stays beside them. */
  private List<List<Node>> blocks(List<List<Node>> segments) {
    List<List<Node>> blocks = new ArrayList<>();
    List<Node> chain = new ArrayList<>();
    boolean follows = false;
    for (List<Node> segment : segments) {
      Node first = segment.get(0);
      if (!segment.stream().allMatch(this::isFlat)) {
        chain(chain, blocks);
        follows = false;
      } else if (isBranching(segment)) {
        List<Node> squeeze = squeeze(chain, segment);
        chain(chain, blocks);
        List<List<Node>> parts = parts(segment);
        parts.get(0).addAll(0, squeeze);
        blocks.addAll(parts);
        follows = true;
      } else if (follows && segment.size() == 1 && isEnding(first.op())) {
        blocks.get(blocks.size() - 1).add(first);
      } else {
        follows = false;
        chain.addAll(segment);
      }
    }
    chain(chain, blocks);
    return blocks;
  }

  /**
   * Takes out of a chain the convolution at its end that all branches of a concatenation read, with
   * what ends it: the squeeze layer of a fire module.
   */
  private static List<Node> squeeze(List<Node> chain, List<Node> segment) {
    int from = chain.size();
    while (from > 0 && isEnding(chain.get(from - 1).op())) {
      from--;
    }
    boolean wanted = segment.get(segment.size() - 1).op().role() == Role.CONCAT;
    if (!wanted || from == 0 || chain.get(from - 1).op().role() != Role.WEIGHTED) {
      return List.of();
    }
    List<Node> end = chain.subList(from - 1, chain.size());
    List<Node> taken = List.copyOf(end);
    end.clear();
    return taken;
  }

  /** Whether it is more than one operation after the other, with a gate on the way at most. */
  private static boolean isBranching(List<Node> segment) {
    return segment.size() > 1 && segment.get(segment.size() - 1).op().role() != Role.PRODUCT;
  }

  /** Whether it ends what stands before it. */
  private static boolean isEnding(Op op) {
    return op instanceof Activate || op.role() == Role.NORM;
  }

  /** Makes blocks of a chain, and empties it. */
  private void chain(List<Node> chain, List<List<Node>> blocks) {
    List<Node> block = new ArrayList<>();
    if (chain.size() > SHORT_CHAIN) {
      for (Node node : chain) {
        boolean full = block.size() >= FEW && node.op().role() == Role.WEIGHTED;
        if (!block.isEmpty() && (full || isSmaller(node))) {
          blocks.add(block);
          block = new ArrayList<>();
        }
        block.add(node);
      }
      blocks.add(block);
    }
    chain.clear();
  }

  /** Whether maps are smaller from here on: at a convolution with strides, behind a pool. */
  private boolean isSmaller(Node node) {
    Node before = graph.node(node.input(0));
    boolean pooled = before.op().role() == Role.POOL && shrinks(before);
    return pooled || (node.op().role() == Role.WEIGHTED && shrinks(node));
  }

  private boolean shrinks(Node node) {
    Shape from = shapes.get(node.input(0));
    return shapes.get(node.id()).height() < from.height();
  }

  /** The whole, or, if that is long, the parts that it repeats. */
  private static List<List<Node>> parts(List<Node> segment) {
    List<List<Node>> parts = new ArrayList<>();
    int period = segment.size() > LONGEST ? period(segment) : segment.size();
    // What stands before the first repetition goes with it.
    int first = segment.size() % period;
    for (int to = first + period; to <= segment.size(); to += period) {
      int from = parts.isEmpty() ? 0 : to - period;
      parts.add(new ArrayList<>(segment.subList(from, to)));
    }
    return parts;
  }

  /** After how many operations the same kinds come again, nearly everywhere. */
  private static int period(List<Node> segment) {
    int size = segment.size();
    for (int period = 3; period <= LONGEST; period++) {
      int same = 0;
      for (int i = period; i < size; i++) {
        same += alike(segment.get(i).op(), segment.get(i - period).op()) ? 1 : 0;
      }
      if (same >= 0.9 * (size - period)) {
        return period;
      }
    }
    return LONGEST;
  }

  private static boolean alike(Op a, Op b) {
    return a.type().equals(b.type());
  }
}
