package io.blockwork.onnx.exporter;

import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
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
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small graph for every operation, in each of its forms, on maps and on vectors. */
final class OpGraphs {
  private static final int CHANNELS = 6;
  private final Map<String, Graph> graphs = new LinkedHashMap<>();

  private OpGraphs() {}

  /** All graphs by name. */
  static Map<String, Graph> all() {
    OpGraphs made = new OpGraphs();
    made.activations();
    made.products();
    made.pools();
    made.norms();
    made.elementwise();
    made.moves();
    made.joins();
    return made.graphs;
  }

  private interface Body {
    int build(GraphBuilder graph, int input);
  }

  private void graph(String name, Body body) {
    var graph = new GraphBuilder();
    int input = graph.add(new Input(new Shape(CHANNELS, 7, 9)));
    graphs.put(name, graph.build(body.build(graph, input)));
  }

  /** The operation on the images. */
  private void map(String name, Op op) {
    graph(name, (graph, x) -> graph.add(op, x));
  }

  /** The operation on what torch has as a vector. */
  private void vector(String name, Op op) {
    graph(
        name + ", vector",
        (graph, x) -> {
          int pooled = graph.add(new GlobalAvgPool("pool"), x);
          return graph.add(op, graph.add(new Flatten("flat"), pooled));
        });
  }

  private void both(String name, Op op) {
    map(name, op);
    vector(name, op);
  }

  private void activations() {
    List<Activation> all =
        List.of(
            Activation.NONE,
            Activation.RELU,
            Activation.RELU6,
            Activation.SIGMOID,
            Activation.HARD_SIGMOID,
            Activation.hardSigmoid(0.2, 0.5),
            Activation.SILU,
            Activation.HARD_SWISH,
            new Activation(Activation.Function.HARD_SWISH, 0.3, 0.4),
            Activation.MISH,
            Activation.GELU,
            Activation.GELU_TANH,
            Activation.TANH,
            Activation.leakyRelu(0.1),
            Activation.elu(1),
            Activation.elu(1.2),
            Activation.selu(),
            Activation.softplus(1, 20),
            Activation.softplus(1.5, 0.5),
            Activation.clip(-0.8, 0.9),
            Activation.clip(Double.NEGATIVE_INFINITY, 0.9),
            Activation.clip(-0.5, Double.POSITIVE_INFINITY));
    for (Activation activation : all) {
      map(activation.toString(), new Activate("act", activation));
    }
    vector("silu", new Activate("act", Activation.SILU));
  }

  private void products() {
    map("conv", Conv2d.same("conv", CHANNELS, 4, 3, 1));
    map(
        "conv, all settings",
        Conv2d.of(
                "conv",
                CHANNELS,
                9,
                Window.of(3, 2).stride(2, 1).padding(new Padding(1, 0, 2, 1)).dilation(2, 3))
            .groups(3)
            .withBias());
    map("depthwise", Conv2d.same("conv", CHANNELS, CHANNELS, 5, 2).groups(CHANNELS));
    map(
        "conv, ceiling",
        Conv2d.of("conv", CHANNELS, 4, Window.of(3).stride(2).padding(1).ceilMode()));
    vector("conv", Conv2d.of("conv", CHANNELS, 4, Window.of(1)).withBias());
    map("linear", Linear.of("fc", CHANNELS * 7 * 9, 5));
    map("linear on places", Linear.of("fc", CHANNELS, 5));
    map("linear on places, no bias", Linear.of("fc", CHANNELS, 5).withoutBias());
    vector("linear", Linear.of("fc", CHANNELS, 5).ending(Activation.RELU));
    vector("linear, no bias", Linear.of("fc", CHANNELS, 5).withoutBias());
  }

  private void pools() {
    map("max", new MaxPool2d("pool", Window.of(3).stride(2).padding(1)));
    map("max, ceiling", new MaxPool2d("pool", Window.of(3).stride(2).ceilMode()));
    map("max, ceiling drops", new MaxPool2d("pool", Window.of(2).stride(3).padding(1).ceilMode()));
    map("max, uneven", new MaxPool2d("pool", Window.of(2, 3).padding(new Padding(1, 0, 0, 1))));
    for (boolean counts : List.of(true, false)) {
      String name = counts ? "mean, counting" : "mean";
      Window window = Window.of(3).stride(2).padding(1);
      map(name, new AvgPool2d("pool", window, counts));
      map(
          name + ", ceiling",
          new AvgPool2d("pool", Window.of(4).stride(3).padding(1).ceilMode(), counts));
      map(
          name + ", ceiling, no padding",
          new AvgPool2d("pool", Window.of(4).stride(2).ceilMode(), counts));
      map(
          name + ", uneven",
          new AvgPool2d("pool", Window.of(3, 2).padding(new Padding(1, 1, 0, 0)), counts));
    }
    both("global mean", new GlobalAvgPool("all"));
    both("global max", new GlobalMaxPool("all"));
    for (int[] size : new int[][] {{1, 1}, {7, 9}, {7, 3}, {4, 5}, {3, 2}, {10, 12}, {1, 4}}) {
      map("mean to " + size[0] + ", " + size[1], new AdaptiveAvgPool2d("to", size[0], size[1]));
      map("max to " + size[0] + ", " + size[1], new AdaptiveMaxPool2d("to", size[0], size[1]));
    }
    vector("mean to 3, 2", new AdaptiveAvgPool2d("to", 3, 2));
  }

  private void norms() {
    both("batch norm", BatchNorm2d.of("bn", CHANNELS).eps(1e-3));
    map("batch norm, relu", BatchNorm2d.of("bn", CHANNELS).ending(Activation.RELU));
    graph(
        "batch norm after conv",
        (graph, x) -> {
          int y = graph.add(Conv2d.same("conv", CHANNELS, 4, 3, 1).withBias(), x);
          return graph.add(BatchNorm2d.of("bn", 4), y);
        });
    both("group norm", GroupNorm.of("gn", CHANNELS, 3));
    map("group norm, plain", new GroupNorm("gn", CHANNELS, 2, 1e-3, false));
    both("layer norm", LayerNorm2d.of("ln", CHANNELS));
    both("layer norm, plain", new LayerNorm2d("ln", CHANNELS, 1e-3, false));
    for (int size : new int[] {1, 2, 4, 5}) {
      map("local response, " + size, new LocalResponseNorm("lrn", size, 0.3, 0.75, 1.5));
    }
    vector("local response", new LocalResponseNorm("lrn", 3, 0.3, 0.75, 1.5));
  }

  private void elementwise() {
    both("one slope", PRelu.of("prelu", 1));
    both("slopes", PRelu.of("prelu", CHANNELS));
    both("softmax", new Softmax("softmax"));
    both("log softmax", new LogSoftmax("logSoftmax"));
    both("learned scale", LearnedAffine.scale("gamma", CHANNELS, 0.7));
    both("learned affine", LearnedAffine.of("affine", CHANNELS));
    both("learned shift", shift());
    List<Double> numbers = List.of(1., 2., 3., -1., -2., -3.);
    both("constant affine", new ConstantAffine("norm", numbers, numbers));
    both("dropout", new Dropout("drop", 0.5));
    map("stochastic depth", new StochasticDepth("drop", 0.5));
    map("copy", new Copy("copy"));
  }

  private static LearnedAffine shift() {
    return new LearnedAffine(
        "shift", CHANNELS, Optional.empty(), Optional.of("shift.bias"), 1, false);
  }

  private void moves() {
    both("range", ChannelRange.of("range", 1, 4));
    both("shuffle", new ChannelShuffle("shuffle", 3));
    map("zeros", new ZeroPad2d("pad", new Padding(1, 2, 3, 0)));
    vector("zeros", new ZeroPad2d("pad", Padding.of(1)));
    map("shortcut", new PadShortcut("shortcut", 2, 11));
    map("shortcut, same channels", new PadShortcut("shortcut", 2, CHANNELS));
    map("shortcut, same size", new PadShortcut("shortcut", 1, 8));
    map("nothing", new PadShortcut("shortcut", 1, CHANNELS));
    both("flatten", new Flatten("flat"));
  }

  private void joins() {
    graph("sum", (graph, x) -> graph.add(Sum.of("sum"), x, graph.add(Activate.relu("r"), x)));
    graph(
        "sum of three",
        (graph, x) ->
            graph.add(Sum.scaled("sum", 0.5, 1.0, 2.0), x, graph.add(Activate.relu("r"), x), x));
    graph("sum of one", (graph, x) -> graph.add(Sum.scaled("sum", 0.5).ending(Activation.RELU), x));
    graph(
        "product",
        (graph, x) -> graph.add(new Multiply("product"), x, graph.add(Activate.sigmoid("s"), x)));
    graph(
        "concat",
        (graph, x) -> graph.add(new Concat("concat"), x, graph.add(Activate.relu("r"), x), x));
    graph("concat of one", (graph, x) -> graph.add(new Concat("concat"), x));
    graph(
        "a gate that is a vector",
        (graph, x) -> {
          int gate = graph.add(new GlobalAvgPool("pool"), x);
          gate = graph.add(Linear.of("fc", CHANNELS, CHANNELS), gate);
          return graph.add(new Scale("scale"), x, graph.add(Activate.sigmoid("s"), gate));
        });
    graph(
        "maps and vectors",
        (graph, x) -> {
          int map = graph.add(new GlobalAvgPool("pool"), x);
          int vector = graph.add(new Flatten("flat"), graph.add(new GlobalMaxPool("max"), x));
          int both = graph.add(new Concat("concat"), map, vector);
          int sum = graph.add(Sum.of("sum"), vector, map);
          int product = graph.add(new Multiply("product"), map, vector);
          int scaled = graph.add(new Scale("scale"), map, sum);
          return graph.add(new Concat("all"), both, sum, product, scaled);
        });
    graph(
        "a module that runs twice",
        (graph, x) -> {
          int y = graph.add(Activate.sigmoid("act"), x);
          return graph.add(new Concat("act"), y, graph.add(Activate.sigmoid("act"), y));
        });
    graph(
        "names of ours",
        (graph, x) -> {
          int y = graph.add(Activate.sigmoid("input"), x);
          return graph.add(Activate.sigmoid("output"), graph.add(Activate.relu("scalar_6.0"), y));
        });
  }
}
