package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.List;

/** What convolutions and linear layers become. */
final class ProductNodes {
  private final OnnxGraph graph;

  ProductNodes(OnnxGraph graph) {
    this.graph = graph;
  }

  Value conv(Conv2d op, List<Value> inputs, Shape out) {
    Value x = graph.map(inputs.get(0));
    List<AttributeProto> attributes =
        WindowNodes.attributes(op.window(), WindowNodes.enlarged(op.window(), x.shape(), out));
    attributes.add(
        Attributes.integers(
            "dilations", op.window().dilationHeight(), op.window().dilationWidth()));
    attributes.add(Attributes.integer("group", op.groups()));
    List<String> names = new ArrayList<>(List.of(x.name()));
    names.addAll(op.norm().isPresent() ? folded(op, op.norm().get()) : weights(op));
    Value y = graph.whole("Conv", out, false, names, attributes.toArray(AttributeProto[]::new));
    if (op.factor() != 1) {
      y = graph.part("Mul", y, List.of(graph.scalar(op.factor())));
    }
    if (op.residual()) {
      y = graph.part("Add", y, List.of(graph.map(inputs.get(1)).name()));
    }
    return ActivationNodes.ending(graph, y, op.activation());
  }

  private List<String> weights(Conv2d op) {
    String weight = graph.parameter(op.path() + ".weight");
    return op.bias().isPresent()
        ? List.of(weight, graph.parameter(op.path() + ".bias"))
        : List.of(weight);
  }

  /** The weights and the bias, with the norm multiplied in, under the convolution's names. */
  private List<String> folded(Conv2d op, Conv2d.Folded norm) {
    String weight = op.path() + ".weight";
    long perGroup = op.in() / op.groups();
    long[] shape = {op.out(), perGroup, op.window().kernelHeight(), op.window().kernelWidth()};
    String kernel =
        graph.parameter(
            weight,
            shape,
            () -> {
              double[] values = graph.read(weight);
              double[] scale = scale(norm);
              int row = values.length / scale.length;
              for (int i = 0; i < values.length; i++) {
                values[i] *= scale[i / row];
              }
              return values;
            });
    String bias =
        graph.parameter(
            op.path() + ".bias",
            new long[] {op.out()},
            () -> {
              double[] scale = scale(norm);
              double[] mean = graph.read(norm.path() + ".running_mean");
              double[] shift = graph.read(norm.path() + ".bias");
              double[] own =
                  op.bias().isPresent() ? graph.read(op.path() + ".bias") : new double[op.out()];
              for (int c = 0; c < shift.length; c++) {
                shift[c] += scale[c] * (own[c] - mean[c]);
              }
              return shift;
            });
    return List.of(kernel, bias);
  }

  private double[] scale(Conv2d.Folded norm) {
    double[] scale = graph.read(norm.path() + ".weight");
    double[] variance = graph.read(norm.path() + ".running_var");
    for (int c = 0; c < scale.length; c++) {
      scale[c] /= Math.sqrt(variance[c] + norm.eps());
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
