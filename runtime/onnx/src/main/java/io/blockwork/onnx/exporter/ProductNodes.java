package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What convolutions and linear layers become. */
final class ProductNodes {
  private final OnnxGraph graph;

  ProductNodes(OnnxGraph graph) {
    this.graph = graph;
  }

  Value conv(Conv2d op, List<Value> inputs, Shape out) {
    Value x = graph.map(inputs.get(0));
    List<String> names = new ArrayList<>(List.of(x.name()));
    names.addAll(op.norm().isPresent() ? folded(op) : weights(op));
    Value y = graph.whole("Conv", out, false, names, attributes(op, x, out));
    if (op.factor() != 1) {
      y = graph.part("Mul", y, List.of(graph.scalar(op.factor())));
    }
    if (op.residual()) {
      y = graph.part("Add", y, List.of(graph.map(inputs.get(1)).name()));
    }
    return ActivationNodes.ending(graph, y, op.activation());
  }

  /** Those of a convolution's node. */
  static AttributeProto[] attributes(Conv2d op, Value x, Shape out) {
    List<AttributeProto> attributes =
        WindowNodes.attributes(op.window(), WindowNodes.enlarged(op.window(), x.shape(), out));
    attributes.add(
        Attributes.integers(
            "dilations", op.window().dilationHeight(), op.window().dilationWidth()));
    attributes.add(Attributes.integer("group", op.groups()));
    return attributes.toArray(AttributeProto[]::new);
  }

  private List<String> weights(Conv2d op) {
    String weight = graph.parameter(op.path() + ".weight");
    return op.bias().isPresent()
        ? List.of(weight, graph.parameter(op.path() + ".bias"))
        : List.of(weight);
  }

  /** The weights and the bias, with the norm multiplied in, under the convolution's names. */
  private List<String> folded(Conv2d op) {
    String kernel = graph.parameter(op.path() + ".weight", shape(op), () -> kernel(op));
    String bias = graph.parameter(op.path() + ".bias", new long[] {op.out()}, () -> bias(op));
    return List.of(kernel, bias);
  }

  /** The shape of the weights. */
  static long[] shape(Conv2d op) {
    long perGroup = op.in() / op.groups();
    return new long[] {op.out(), perGroup, op.window().kernelHeight(), op.window().kernelWidth()};
  }

  /** The weights, with the norm multiplied in. */
  double[] kernel(Conv2d op) {
    double[] values = graph.read(op.path() + ".weight");
    double[] scale = scale(op);
    int row = values.length / scale.length;
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale[i / row];
    }
    return values;
  }

  /** The bias, with the norm's taken in; zeros if there is neither. */
  double[] bias(Conv2d op) {
    double[] scale = scale(op);
    double[] bias = op.bias().isPresent() ? graph.read(op.path() + ".bias") : new double[op.out()];
    if (op.norm().isPresent()) {
      String norm = op.norm().get().path();
      double[] mean = graph.read(norm + ".running_mean");
      double[] shift = graph.read(norm + ".bias");
      for (int c = 0; c < bias.length; c++) {
        bias[c] = shift[c] + scale[c] * (bias[c] - mean[c]);
      }
    }
    return bias;
  }

  /** What the norm multiplies each channel by. */
  private double[] scale(Conv2d op) {
    double[] scale = new double[op.out()];
    Arrays.fill(scale, 1);
    if (op.norm().isPresent()) {
      double[] weight = graph.read(op.norm().get().path() + ".weight");
      double[] variance = graph.read(op.norm().get().path() + ".running_var");
      for (int c = 0; c < scale.length; c++) {
        scale[c] = weight[c] / Math.sqrt(variance[c] + op.norm().get().eps());
      }
    }
    return scale;
  }

  Value linear(Linear op, Value x) {
    Value y =
        x.shape().elements() == op.in() ? vectors(op, graph.vector(x)) : places(op, graph.map(x));
    return ActivationNodes.ending(graph, y, op.activation());
  }

  private Value vectors(Linear op, Value x) {
    List<String> names = new ArrayList<>(List.of(x.name(), graph.parameter(op.path() + ".weight")));
    if (op.bias().isPresent()) {
      names.add(graph.parameter(op.path() + ".bias"));
    }
    Shape out = new Shape(op.out(), 1, 1);
    return graph.whole("Gemm", out, true, names, Attributes.integer("transB", 1));
  }

  /** On the channels of each place: torch's form, with the channels last. */
  private Value places(Linear op, Value x) {
    Shape out = new Shape(op.out(), x.shape().height(), x.shape().width());
    String last = ChannelsLast.of(graph, x);
    String matrix =
        graph.hiddenPart(
            "Transpose",
            List.of(graph.parameter(op.path() + ".weight")),
            Attributes.integers("perm", 1, 0));
    String y = graph.hiddenPart("MatMul", List.of(last, matrix));
    if (op.bias().isPresent()) {
      y = graph.hiddenPart("Add", List.of(y, graph.parameter(op.path() + ".bias")));
    }
    return ChannelsLast.back(graph, y, out);
  }
}
