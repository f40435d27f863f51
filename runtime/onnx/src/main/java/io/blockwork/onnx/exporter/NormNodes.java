package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.proto.AttributeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What norms become. */
final class NormNodes {
  private final OnnxGraph graph;

  NormNodes(OnnxGraph graph) {
    this.graph = graph;
  }

  Value batchNorm(BatchNorm2d op, Value x) {
    String path = op.path();
    Value y =
        graph.whole(
            "BatchNormalization",
            x,
            List.of(
                graph.parameter(path + ".weight"),
                graph.parameter(path + ".bias"),
                graph.parameter(path + ".running_mean"),
                graph.parameter(path + ".running_var")),
            epsilon(op.eps()),
            // The share of the old value, where torch's is that of the new one.
            Attributes.real("momentum", 1 - op.momentum()));
    return ActivationNodes.ending(graph, y, op.activation());
  }

  private static AttributeProto epsilon(double eps) {
    return Attributes.real("epsilon", eps);
  }

  Value groupNorm(GroupNorm op, Value input) {
    Value x = graph.map(input);
    if (graph.opset() >= 21) {
      List<String> scaleAndShift =
          op.affine()
              ? List.of(
                  graph.parameter(op.path() + ".weight"), graph.parameter(op.path() + ".bias"))
              : List.of(filled("scale", op.channels(), 1), filled("shift", op.channels(), 0));
      return graph.whole(
          "GroupNormalization",
          x,
          scaleAndShift,
          epsilon(op.eps()),
          Attributes.integer("num_groups", op.groups()));
    }
    Shape shape = x.shape();
    String groups =
        graph.hiddenPart("Reshape", List.of(x.name(), graph.integers(0, op.groups(), -1)));
    String normal =
        graph.hiddenPart(
            "InstanceNormalization",
            List.of(groups, filled("scale", op.groups(), 1), filled("shift", op.groups(), 0)),
            epsilon(op.eps()));
    List<String> back =
        List.of(normal, graph.integers(0, shape.channels(), shape.height(), shape.width()));
    if (!op.affine()) {
      return graph.whole("Reshape", shape, false, back);
    }
    Value y = graph.part("Reshape", shape, false, back);
    y = graph.part("Mul", y, List.of(graph.parameter(op.path() + ".weight", op.channels(), 1, 1)));
    return graph.whole(
        "Add", y, List.of(graph.parameter(op.path() + ".bias", op.channels(), 1, 1)));
  }

  private String filled(String what, int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return graph.constant(what, new long[] {count}, values);
  }

  Value layerNorm(LayerNorm2d op, Value x) {
    String last = x.vector() ? x.name() : ChannelsLast.of(graph, x);
    Optional<String> scale =
        op.affine() ? Optional.of(graph.parameter(op.path() + ".weight")) : Optional.empty();
    Optional<String> shift =
        op.affine() ? Optional.of(graph.parameter(op.path() + ".bias")) : Optional.empty();
    String y =
        graph.opset() >= 17
            ? layerNorm(op, last, scale.orElseGet(() -> filled("scale", op.channels(), 1)), shift)
            : spelledOut(op, last, scale, shift);
    return x.vector()
        ? graph.whole("Identity", x.shape(), true, List.of(y))
        : ChannelsLast.back(graph, y, x.shape());
  }

  private String layerNorm(LayerNorm2d op, String x, String scale, Optional<String> shift) {
    return graph.hiddenPart(
        "LayerNormalization",
        shift.isPresent() ? List.of(x, scale, shift.get()) : List.of(x, scale),
        Attributes.integer("axis", -1),
        epsilon(op.eps()));
  }

  /** As torch's exporter spells it, so that others recognise it. */
  private String spelledOut(
      LayerNorm2d op, String x, Optional<String> scale, Optional<String> shift) {
    String centred = graph.hiddenPart("Sub", List.of(x, mean(x)));
    String square = graph.hiddenPart("Pow", List.of(centred, graph.scalar(2)));
    String variance = graph.hiddenPart("Add", List.of(mean(square), graph.scalar(op.eps())));
    String deviation = graph.hiddenPart("Sqrt", List.of(variance));
    String y = graph.hiddenPart("Div", List.of(centred, deviation));
    if (scale.isPresent()) {
      y = graph.hiddenPart("Mul", List.of(y, scale.get()));
    }
    return shift.isPresent() ? graph.hiddenPart("Add", List.of(y, shift.get())) : y;
  }

  /** Over the last axis; opsets from 18 on have layer norm themselves. */
  private String mean(String x) {
    return graph.hiddenPart("ReduceMean", List.of(x), Attributes.integers("axes", -1));
  }

  Value localResponseNorm(LocalResponseNorm op, Value input) {
    Value x = graph.map(input);
    if (op.size() % 2 == 1) {
      return graph.whole(
          "LRN",
          x,
          List.of(),
          Attributes.integer("size", op.size()),
          Attributes.real("alpha", op.alpha()),
          Attributes.real("beta", op.beta()),
          Attributes.real("bias", op.k()));
    }
    // ONNX puts the odd channel of an even size on the other side than torch does.
    Shape shape = x.shape();
    Value square = graph.part("Mul", x, List.of(x.name()));
    String columns =
        graph.hiddenPart(
            "Reshape",
            List.of(
                square.name(),
                graph.integers(0, 1, shape.channels(), (long) shape.height() * shape.width())));
    String padded =
        graph.hiddenPart(
            "Pad",
            List.of(columns, graph.integers(0, 0, op.size() / 2, 0, 0, 0, (op.size() - 1) / 2, 0)));
    String mean =
        graph.hiddenPart(
            "AveragePool",
            List.of(padded),
            Attributes.integers("kernel_shape", op.size(), 1),
            Attributes.integers("strides", 1, 1));
    Value near =
        graph.part(
            "Reshape",
            shape,
            false,
            List.of(mean, graph.integers(0, shape.channels(), shape.height(), shape.width())));
    Value scaled = graph.part("Mul", near, List.of(graph.scalar(op.alpha())));
    Value base = graph.part("Add", scaled, List.of(graph.scalar(op.k())));
    Value power = graph.part("Pow", base, List.of(graph.scalar(op.beta())));
    return graph.whole("Div", x, List.of(power.name()));
  }
}
