package io.blockwork.onnx.importer;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** Blocks that paths do not tell, by the paths of the operations in them. */
  private final Map<String, Block> blocks;

  Draft(Shape input) {
    this(input, Map.of());
  }

  /**
   * @param input shape of one image
   * @param places operations whose paths do not tell in which blocks they stand
   */
  Draft(Shape input, Map<String, FoundBlocks.Place> places) {
    this.blocks = new HashMap<>();
    places.values().forEach(place -> blocks.put(place.path(), place.block()));
    ops.add(new Input(input));
    inputs.add(List.of());
    shapes.add(input);
    weights.add(Map.of());
  }

  int add(Translation translation, Op op, List<Integer> reads, Map<String, OnnxTensor> values) {
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

  /** The finished network, with its weights by name in the second part. */
  record Result(Graph graph, Map<String, OnnxTensor> weights) {}

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
    for (int id : needed) {
      String path = ops.get(id).path();
      builder.enter(blocks.getOrDefault(path, block(path)));
      ids.put(id, builder.add(ops.get(id), inputs.get(id).stream().map(ids::get).toList()));
      values.putAll(weights.get(id));
    }
    builder.enter(Block.NETWORK);
    try {
      return new Result(builder.build(ids.getOrDefault(output, 0)), values);
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
