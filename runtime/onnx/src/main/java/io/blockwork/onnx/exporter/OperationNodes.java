package io.blockwork.onnx.exporter;

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
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.Input;
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

/** Writes the nodes of ONNX that an operation becomes. */
class OperationNodes implements Op.Visitor<Value> {
  private final OnnxGraph graph;
  private final List<Value> inputs;
  private final Shape out;

  /**
   * @param graph where they go
   * @param inputs what it reads
   * @param out the shape of its output
   */
  OperationNodes(OnnxGraph graph, List<Value> inputs, Shape out) {
    this.graph = graph;
    this.inputs = inputs;
    this.out = out;
  }

  private ProductNodes products() {
    return new ProductNodes(graph);
  }

  private WindowNodes windows() {
    return new WindowNodes(graph);
  }

  private NormNodes norms() {
    return new NormNodes(graph);
  }

  private MoveNodes moves() {
    return new MoveNodes(graph);
  }

  /** The first input. */
  private Value x() {
    return inputs.get(0);
  }

  @Override
  public Value input(Input op) {
    throw new IllegalStateException("the images are there before all nodes");
  }

  @Override
  public Value conv2d(Conv2d op) {
    return products().conv(op, inputs, out);
  }

  @Override
  public Value linear(Linear op) {
    return products().linear(op, x());
  }

  @Override
  public Value activate(Activate op) {
    return ActivationNodes.operation(graph, x(), op.activation());
  }

  @Override
  public Value concat(Concat op) {
    return moves().concat(inputs, out);
  }

  @Override
  public Value maxPool2d(MaxPool2d op) {
    return windows().maxPool(op, x(), out);
  }

  @Override
  public Value avgPool2d(AvgPool2d op) {
    return windows().avgPool(op, x(), out);
  }

  @Override
  public Value adaptiveAvgPool2d(AdaptiveAvgPool2d op) {
    return windows().adaptive(op, x(), out);
  }

  @Override
  public Value adaptiveMaxPool2d(AdaptiveMaxPool2d op) {
    return windows().adaptive(op, x(), out);
  }

  @Override
  public Value globalAvgPool(GlobalAvgPool op) {
    return global("GlobalAveragePool");
  }

  @Override
  public Value globalMaxPool(GlobalMaxPool op) {
    return global("GlobalMaxPool");
  }

  @Override
  public Value flatten(Flatten op) {
    return x().vector()
        ? x()
        : graph.whole("Flatten", out, true, List.of(x().name()), Attributes.integer("axis", 1));
  }

  @Override
  public Value batchNorm2d(BatchNorm2d op) {
    return norms().batchNorm(op, x());
  }

  @Override
  public Value groupNorm(GroupNorm op) {
    return norms().groupNorm(op, x());
  }

  @Override
  public Value layerNorm2d(LayerNorm2d op) {
    return norms().layerNorm(op, x());
  }

  @Override
  public Value localResponseNorm(LocalResponseNorm op) {
    return norms().localResponseNorm(op, x());
  }

  @Override
  public Value channelRange(ChannelRange op) {
    return moves().range(op, x(), out);
  }

  @Override
  public Value channelShuffle(ChannelShuffle op) {
    return moves().shuffle(op, x());
  }

  @Override
  public Value padShortcut(PadShortcut op) {
    return moves().padShortcut(op, x(), out);
  }

  @Override
  public Value zeroPad2d(ZeroPad2d op) {
    return windows().zeroPad(x(), op.padding());
  }

  @Override
  public Value copy(Copy op) {
    return x();
  }

  @Override
  public Value dropout(Dropout op) {
    return x();
  }

  @Override
  public Value stochasticDepth(StochasticDepth op) {
    return x();
  }

  @Override
  public Value multiply(Multiply op) {
    return product();
  }

  @Override
  public Value scale(Scale op) {
    return product();
  }

  @Override
  public Value softmax(Softmax op) {
    return graph.whole("Softmax", x(), List.of(), Attributes.integer("axis", 1));
  }

  @Override
  public Value logSoftmax(LogSoftmax op) {
    return graph.whole("LogSoftmax", x(), List.of(), Attributes.integer("axis", 1));
  }

  @Override
  public Value prelu(PRelu op) {
    String name = op.path() + ".weight";
    String slopes =
        op.slopes() == 1 ? graph.parameter(name) : graph.parameter(name, perChannel(op.slopes()));
    return graph.whole("PRelu", x(), List.of(slopes));
  }

  @Override
  public Value constantAffine(ConstantAffine op) {
    long[] shape = perChannel(op.scale().size());
    String scale = graph.constant("scale", shape, numbers(op.scale()));
    String shift = graph.constant("shift", shape, numbers(op.shift()));
    return graph.whole("Add", graph.part("Mul", x(), List.of(scale)), List.of(shift));
  }

  @Override
  public Value learnedAffine(LearnedAffine op) {
    long[] shape = perChannel(op.channels());
    if (op.scale().isEmpty()) {
      return graph.whole("Add", x(), List.of(graph.parameter(op.shift().orElseThrow(), shape)));
    }
    List<String> scale = List.of(graph.parameter(op.scale().get(), shape));
    if (op.shift().isEmpty()) {
      return graph.whole("Mul", x(), scale);
    }
    Value scaled = graph.part("Mul", x(), scale);
    return graph.whole("Add", scaled, List.of(graph.parameter(op.shift().get(), shape)));
  }

  @Override
  public Value sum(Sum op) {
    List<Value> addends = new ArrayList<>();
    List<Value> alike = moves().alike(inputs);
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

  private Value global(String type) {
    return graph.whole(type, out, false, List.of(graph.map(x()).name()));
  }

  private Value product() {
    List<Value> alike = moves().alike(inputs);
    return graph.whole("Mul", alike.get(0), List.of(alike.get(1).name()));
  }

  private static double[] numbers(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The shape of one number a channel that goes with every place. */
  private long[] perChannel(int channels) {
    return x().vector() ? new long[] {channels} : new long[] {channels, 1, 1};
  }
}
