package io.blockwork.onnx.importer;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.graph.ops.Sum;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The network while it is written down. An operation may be put in the place of another one later,
 * when it is known what follows; what nobody reads in the end is left out.
 */
final class Draft {
  /** Weights that are all the same need no room in a file, but would in memory. */
  private static final long MOST_UNIFORM = 1L << 28;

  private long uniform;
  private final List<Op> ops = new ArrayList<>();
  private final List<List<Integer>> inputs = new ArrayList<>();
  private final List<Shape> shapes = new ArrayList<>();
  private final List<Map<String, OnnxTensor>> weights = new ArrayList<>();
  private final List<Bounds> bounds = new ArrayList<>();

  /** The operations whose results are what 8-bit integers stand for, as the file has it. */
  private final BitSet bytes = new BitSet();

  /** Whether what others are added to may lie outside the bounds that the file has for it. */
  private final boolean sumsUnbounded;

  /** Blocks that paths do not tell, by the paths of the operations in them. */
  private final Map<String, Block> blocks;

  Draft(Shape input) {
    this(input, Map.of(), false);
  }

  /**
   * @param input shape of one image
   * @param places operations whose paths do not tell in which blocks they stand
   * @param sumsUnbounded whether a convolution's result to which others are added may lie outside
   *     the bounds that the file has for it: those of our own exports only estimate what our
   *     kernels never hold
   */
  Draft(Shape input, Map<String, FoundBlocks.Place> places, boolean sumsUnbounded) {
    this.sumsUnbounded = sumsUnbounded;
    this.blocks = new HashMap<>();
    places.values().forEach(place -> blocks.put(place.path(), place.block()));
    ops.add(new Input(input));
    inputs.add(List.of());
    shapes.add(input);
    weights.add(Map.of());
    bounds.add(Bounds.NONE);
  }

  int add(Translation translation, Op op, List<Integer> given, Map<String, OnnxTensor> values) {
    boolean sum = sumsUnbounded && op instanceof Sum;
    List<Integer> reads = sum ? onceUnbounded(given) : given;
    try {
      List<Shape> shapesRead = reads.stream().map(shapes::get).toList();
      Shape shape = op.shape(shapesRead);
      if (shape.elements() > Integer.MAX_VALUE) {
        throw translation.refuse("its result has too many values: %s", shape);
      }
      shapes.add(shape);
    } catch (ShapeFault e) {
      throw translation.refuse("%s", e.getMessage());
    }
    for (Parameter parameter : op.parameters()) {
      OnnxTensor tensor = values.get(parameter.name());
      if (tensor != null && tensor.count() != parameter.length()) {
        throw translation.refuse(
            "%s should have the shape %s, and has %s",
            parameter.name(), parameter.shape(), tensor.shape());
      }
      if (tensor != null && tensor.isUniform()) {
        uniform += tensor.count();
        if (uniform > MOST_UNIFORM) {
          throw translation.refuse("its weights are larger by far than the file that makes them");
        }
      }
    }
    ops.add(op);
    inputs.add(reads);
    weights.add(values);
    bounds.add(Bounds.of(op, reads.stream().map(bounds::get).toList()));
    boolean moves = op.outcome().moves() && op.activation().isNone();
    if (moves && reads.stream().allMatch(bytes::get)) {
      bytes.set(ops.size() - 1);
    }
    return ops.size() - 1;
  }

  Op op(int id) {
    return ops.get(id);
  }

  List<Integer> inputs(int id) {
    return inputs.get(id);
  }

  Shape shape(int id) {
    return shapes.get(id);
  }

  Map<String, OnnxTensor> weights(int id) {
    return weights.get(id);
  }

  /** Between which numbers the results of an operation lie. */
  Bounds bounds(int id) {
    return bounds.get(id);
  }

  /** Takes down that the file rounds an operation's results to what 8-bit integers stand for. */
  void roundsToBytes(int id) {
    bytes.set(id);
  }

  /** Takes the first summand that is a convolution's result without the bounds that it has. */
  private List<Integer> onceUnbounded(List<Integer> summands) {
    List<Integer> all = new ArrayList<>(summands);
    for (int i = 0; i < all.size(); i++) {
      int id = all.get(i);
      if (bytes.get(id) && ops.get(id) instanceof Activate) {
        int source = inputs.get(id).get(0);
        if (ops.get(source) instanceof Conv2d) {
          all.set(i, source);
          break;
        }
      }
    }
    return all;
  }

  /**
   * The finished network.
   *
   * @param weights by name
   * @param byteLayers the paths of layers with weights that read what is rounded to bytes
   */
  record Result(Graph graph, Map<String, OnnxTensor> weights, Set<String> byteLayers) {}

  /** The network up to an operation. */
  Result finish(int output) {
    var needed = new TreeSet<Integer>(List.of(0, output));
    for (int id = output; id > 0; id--) {
      if (needed.contains(id)) {
        needed.addAll(inputs.get(id));
      }
    }
    var builder = new GraphBuilder();
    Map<Integer, Integer> ids = new HashMap<>();
    Map<String, OnnxTensor> values = new LinkedHashMap<>();
    Set<String> byteLayers = new LinkedHashSet<>();
    for (int id : needed) {
      String path = ops.get(id).path();
      boolean layer = ops.get(id).role() == Role.WEIGHTED;
      if (layer && bytes.get(inputs.get(id).get(0))) {
        byteLayers.add(path);
      }
      builder.enter(blocks.getOrDefault(path, block(path)));
      ids.put(id, builder.add(ops.get(id), inputs.get(id).stream().map(ids::get).toList()));
      values.putAll(weights.get(id));
    }
    builder.enter(Block.NETWORK);
    try {
      return new Result(builder.build(ids.getOrDefault(output, 0)), values, byteLayers);
    } catch (IllegalArgumentException e) {
      throw new OnnxException(e, "%s", e.getMessage());
    }
  }

  /** The blocks that the parts of a path name. */
  private static Block block(String path) {
    Block block = Block.NETWORK;
    int from = 0;
    for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
      block = block.child(path.substring(from, dot), "");
      from = dot + 1;
    }
    return block;
  }
}
