package io.blockwork.onnx.exporter;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Copy;
import io.blockwork.graph.ops.Description;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.graph.ops.LogSoftmax;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.PRelu;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.ZeroPad2d;
import java.util.ArrayList;
import java.util.List;

/** Goes through a graph and writes the nodes of ONNX that each operation becomes. */
final class GraphNodes {
  private final OnnxGraph graph;
  private final ProductNodes products;
  private final WindowNodes windows;
  private final NormNodes norms;
  private final MoveNodes moves;

  private GraphNodes(OnnxGraph graph) {
    this.graph = graph;
    this.products = new ProductNodes(graph);
    this.windows = new WindowNodes(graph);
    this.norms = new NormNodes(graph);
    this.moves = new MoveNodes(graph);
  }

  /**
   * Writes all nodes of a network.
   *
   * @param network as inference has it
   * @param images the images
   * @return the value of each node of the network
   */
  static List<Value> write(OnnxGraph graph, Graph network, Value images) {
    GraphNodes writer = new GraphNodes(graph);
    List<Shape> shapes = Shapes.of(network);
    List<Value> values = new ArrayList<>(List.of(images));
    for (Node node : network.nodes().subList(1, network.nodes().size())) {
      List<Value> inputs = node.inputs().stream().map(values::get).toList();
      Shape shape = shapes.get(node.id());
      graph.begin(node.op().path(), words(node, shape));
      values.add(writer.write(node.op(), inputs, shape));
    }
    return values;
  }

  /** {@code 3x3 stride 2, 64 x 56 x 56}, and where it belongs. */
  private static String words(Node node, Shape shape) {
    Description description = node.op().description();
    String what =
        description.extras().isEmpty()
            ? description.kind()
            : description.kind() + ", " + description.extras();
    String title = node.block().title();
    String around = title.isEmpty() ? "" : "; " + node.block().path() + ": " + title;
    return what + ", " + shape + around;
  }

  private Value write(Op op, List<Value> inputs, Shape out) {
    Value x = inputs.get(0);
    if (op instanceof Conv2d conv) {
      return products.conv(conv, inputs, out);
    } else if (op instanceof Linear linear) {
      return products.linear(linear, x);
    } else if (op instanceof Activate activate) {
      return ActivationNodes.operation(graph, x, activate.activation());
    } else if (op instanceof Sum sum) {
      return sum(sum, inputs);
    } else if (op instanceof Concat) {
      return moves.concat(inputs, out);
    } else if (op instanceof MaxPool2d pool) {
      return windows.maxPool(pool, x, out);
    } else if (op instanceof AvgPool2d pool) {
      return windows.avgPool(pool, x, out);
    } else if (op instanceof AdaptiveAvgPool2d pool) {
      return windows.adaptive(pool, x, out);
    } else if (op instanceof AdaptiveMaxPool2d pool) {
      return windows.adaptive(pool, x, out);
    } else if (op instanceof GlobalAvgPool) {
      return graph.whole("GlobalAveragePool", out, false, List.of(graph.map(x).name()));
    } else if (op instanceof GlobalMaxPool) {
      return graph.whole("GlobalMaxPool", out, false, List.of(graph.map(x).name()));
    } else if (op instanceof Flatten) {
      return x.vector()
          ? x
          : graph.whole("Flatten", out, true, List.of(x.name()), Attributes.integer("axis", 1));
    }
    return norm(op, inputs, out);
  }

  private Value norm(Op op, List<Value> inputs, Shape out) {
    Value x = inputs.get(0);
    if (op instanceof BatchNorm2d norm) {
      return norms.batchNorm(norm, x);
    } else if (op instanceof GroupNorm norm) {
      return norms.groupNorm(norm, x);
    } else if (op instanceof LayerNorm2d norm) {
      return norms.layerNorm(norm, x);
    } else if (op instanceof LocalResponseNorm norm) {
      return norms.localResponseNorm(norm, x);
    } else if (op instanceof ChannelRange range) {
      return moves.range(range, x, out);
    } else if (op instanceof ChannelShuffle shuffle) {
      return moves.shuffle(shuffle, x);
    } else if (op instanceof PadShortcut shortcut) {
      return moves.padShortcut(shortcut, x, out);
    } else if (op instanceof ZeroPad2d pad) {
      return windows.zeroPad(x, pad.padding());
    } else if (op instanceof Copy || op instanceof Dropout || op instanceof StochasticDepth) {
      return x;
    }
    return elementwise(op, inputs);
  }

  private Value elementwise(Op op, List<Value> inputs) {
    Value x = inputs.get(0);
    if (op instanceof Multiply) {
      List<Value> alike = moves.alike(inputs);
      return graph.whole("Mul", alike.get(0), List.of(alike.get(1).name()));
    } else if (op instanceof Scale) {
      List<Value> alike = moves.alike(inputs);
      return graph.whole("Mul", alike.get(0), List.of(alike.get(1).name()));
    } else if (op instanceof Softmax) {
      return graph.whole("Softmax", x, List.of(), Attributes.integer("axis", 1));
    } else if (op instanceof LogSoftmax) {
      return graph.whole("LogSoftmax", x, List.of(), Attributes.integer("axis", 1));
    } else if (op instanceof PRelu relu) {
      String slopes =
          relu.slopes() == 1
              ? graph.parameter(relu.path() + ".weight")
              : graph.parameter(relu.path() + ".weight", perChannel(x, relu.slopes()));
      return graph.whole("PRelu", x, List.of(slopes));
    } else if (op instanceof LearnedAffine affine) {
      return learned(affine, x);
    } else if (op instanceof ConstantAffine affine) {
      long[] shape = perChannel(x, affine.scale().size());
      String scale = graph.constant("scale", shape, numbers(affine.scale()));
      String shift = graph.constant("shift", shape, numbers(affine.shift()));
      return graph.whole("Add", graph.part("Mul", x, List.of(scale)), List.of(shift));
    }
    throw new IllegalStateException("nothing in ONNX is known for " + op.type());
  }

  private static double[] numbers(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The shape of one number a channel that goes with every place. */
  private static long[] perChannel(Value x, int channels) {
    return x.vector() ? new long[] {channels} : new long[] {channels, 1, 1};
  }

  private Value learned(LearnedAffine op, Value x) {
    long[] shape = perChannel(x, op.channels());
    if (op.scale().isEmpty()) {
      return graph.whole("Add", x, List.of(graph.parameter(op.shift().orElseThrow(), shape)));
    }
    List<String> scale = List.of(graph.parameter(op.scale().get(), shape));
    if (op.shift().isEmpty()) {
      return graph.whole("Mul", x, scale);
    }
    Value scaled = graph.part("Mul", x, scale);
    return graph.whole("Add", scaled, List.of(graph.parameter(op.shift().get(), shape)));
  }

  private Value sum(Sum op, List<Value> inputs) {
    List<Value> addends = new ArrayList<>();
    List<Value> alike = moves.alike(inputs);
    for (int i = 0; i < alike.size(); i++) {
      double factor = op.factors().get(i);
      Value x = alike.get(i);
      addends.add(factor == 1 ? x : graph.part("Mul", x, List.of(graph.scalar(factor))));
    }
    Value first = addends.get(0);
    List<String> others = MoveNodes.names(addends.subList(1, addends.size()));
    Value y =
        others.isEmpty() ? first : graph.whole(others.size() == 1 ? "Add" : "Sum", first, others);
    return ActivationNodes.ending(graph, y, op.activation());
  }
}
