package io.blockwork.onnx;

import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** What ONNX's own cases lack: the operators as they stand in networks, on batches of images. */
final class OwnCases {
  private static final int OPSET = 24;

  private OwnCases() {}

  static List<OpsetCase> all() {
    List<OpsetCase> all = new ArrayList<>();
    convolutions(all);
    arithmetic(all);
    moves(all);
    shapes(all);
    norms(all);
    functions(all);
    return all;
  }

  private static void convolutions(List<OpsetCase> all) {
    all.add(
        on("conv_grouped", 2, 8, 9, 7)
            .floats("w", 12, 2, 3, 3)
            .node("Conv", "x w", whole("group", 4))
            .of());
    all.add(
        on("conv_depthwise", 2, 6, 9, 8)
            .floats("w", 6, 1, 3, 5)
            .floats("b", 6)
            .node("Conv", "x w b", whole("group", 6), ints("pads", 1, 2, 1, 2))
            .of());
    all.add(
        on("conv_multiplied_depthwise", 1, 4, 9, 8)
            .floats("w", 12, 1, 3, 3)
            .node("Conv", "x w", whole("group", 4), ints("strides", 2, 2))
            .of());
    all.add(
        on("conv_dilated", 2, 3, 13, 12)
            .floats("w", 5, 3, 3, 3)
            .floats("b", 5)
            .node("Conv", "x w b", ints("dilations", 2, 3), ints("pads", 2, 3, 2, 3))
            .of());
    all.add(
        on("conv_dilated_strided", 2, 3, 13, 12)
            .floats("w", 5, 3, 3, 2)
            .node("Conv", "x w", ints("dilations", 3, 2), ints("strides", 2, 1))
            .of());
    all.add(
        on("conv_grouped_dilated", 2, 8, 12, 11)
            .floats("w", 8, 4, 3, 3)
            .node("Conv", "x w", whole("group", 2), ints("dilations", 2, 2))
            .of());
    for (String same : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
      all.add(
          on("conv_" + same.toLowerCase(Locale.ROOT), 2, 3, 10, 9)
              .floats("w", 4, 3, 3, 2)
              .node("Conv", "x w", text("auto_pad", same), ints("strides", 2, 2))
              .of());
    }
    all.add(
        on("conv_1d", 2, 6, 14)
            .floats("w", 4, 3, 3)
            .node("Conv", "x w", whole("group", 2), ints("dilations", 2), ints("pads", 1, 2))
            .of());
    all.add(
        on("maxpool_ceil", 2, 3, 8, 9)
            .node(
                "MaxPool",
                "x",
                ints("kernel_shape", 3, 3),
                ints("strides", 2, 2),
                whole("ceil_mode", 1))
            .of());
    all.add(
        on("maxpool_padded_too_far", 2, 3, 8, 9)
            .node(
                "MaxPool",
                "x",
                ints("kernel_shape", 3, 3),
                ints("strides", 2, 2),
                ints("pads", 0, 0, 2, 2))
            .of());
    all.add(
        on("averagepool_ceil_included", 2, 3, 8, 9)
            .node(
                "AveragePool",
                "x",
                ints("kernel_shape", 3, 3),
                ints("strides", 2, 2),
                ints("pads", 1, 1, 1, 1),
                whole("count_include_pad", 1))
            .of());
    all.add(on("averagepool_1d", 2, 3, 9).node("AveragePool", "x", ints("kernel_shape", 3)).of());
    all.add(
        on("gemm", 2, 5)
            .floats("w", 4, 5)
            .floats("b", 4)
            .node("Gemm", "x w b", whole("transB", 1), real("alpha", 0.5f), real("beta", 2))
            .of());
    all.add(on("matmul_rank_3", 2, 3, 5).floats("w", 5, 4).node("MatMul", "x w").of());
  }

  private static void arithmetic(List<OpsetCase> all) {
    for (String type : List.of("Add", "Sub", "Mul", "Div")) {
      all.add(map(type + "_channel").floats("c", 3, 1, 1).node(type, "x c").of());
      all.add(map(type + "_scalar").floats("c").node(type, "x c").of());
    }
    for (String type : List.of("Add", "Sub", "Mul", "Sum", "Mean")) {
      all.add(map(type + "_maps").node("Relu", "x", "r").node(type, "x r").of());
    }
    all.add(map("Mul_gate").node("GlobalAveragePool", "x", "g").node("Mul", "x g").of());
    all.add(map("Sub_from_constant").floats("c", 3, 1, 1).node("Sub", "c x").of());
    all.add(
        map("Sum_three").node("Relu", "x", "r").node("Tanh", "x", "t").node("Sum", "x r t").of());
    all.add(map("Max_constant").floats("c").node("Max", "x c").of());
    all.add(map("Min_constant").floats("c").node("Min", "x c").of());
    all.add(map("Pow_two").constant("c", 2f).node("Pow", "x c").of());
    all.add(map("Neg").node("Neg", "x").of());
  }

  private static void moves(List<OpsetCase> all) {
    all.add(map("Concat").node("Relu", "x", "r").node("Concat", "x r", whole("axis", 1)).of());
    all.add(
        on("Split_channels", 2, 6, 4, 5)
            .node("Split", "x", List.of("a", "b"), whole("axis", 1), whole("num_outputs", 2))
            .node("Concat", "b a", whole("axis", 1))
            .of());
    all.add(
        on("Split_sizes", 2, 6, 4, 5)
            .longs("s", 1, 5)
            .node("Split", "x s", List.of("a", "b"), whole("axis", 1))
            .node("Concat", "b a", whole("axis", 1))
            .of());
    all.add(
        on("Slice_channels", 2, 6, 4, 5)
            .longs("from", 2)
            .longs("to", 5)
            .longs("axes", 1)
            .node("Slice", "x from to axes")
            .of());
    all.add(map("Pad_places").longs("p", 0, 0, 1, 2, 0, 0, 3, 1).node("Pad", "x p").of());
    all.add(
        map("Pad_axes")
            .longs("p", 1, 2, 0, 1)
            .constant("v", 0f)
            .longs("axes", 2, 3)
            .node("Pad", "x p v axes")
            .of());
    all.add(
        on("Gather_channel", 2, 6, 4, 5)
            .longs("i", 2, 3)
            .node("Gather", "x i", whole("axis", 1))
            .of());
  }

  private static void shapes(List<OpsetCase> all) {
    all.add(
        map("Transpose_there_and_back")
            .node("Transpose", "x", "t", ints("perm", 0, 2, 3, 1))
            .node("Relu", "t", "r")
            .node("Transpose", "r", ints("perm", 0, 3, 1, 2))
            .of());
    all.add(
        map("Squeeze_pooled")
            .longs("axes", 2, 3)
            .node("GlobalAveragePool", "x", "g")
            .node("Squeeze", "g axes")
            .of());
    all.add(
        on("Unsqueeze_vector", 2, 5)
            .longs("axes", 2, 3)
            .node("Unsqueeze", "x axes", "u")
            .node("Relu", "u")
            .of());
    all.add(map("Flatten").node("Flatten", "x").of());
    all.add(
        map("Reshape_by_shape")
            .longs("zero", 0)
            .longs("rest", -1)
            .node("Shape", "x", "s")
            .node("Gather", "s zero", "n")
            .node("Concat", "n rest", "target", whole("axis", 0))
            .node("Reshape", "x target")
            .of());
    all.add(
        map("Size")
            .longs("values", 60)
            .node("Size", "x", "s")
            .node("Div", "s values", "n")
            .node("Concat", "n values", "target", whole("axis", 0))
            .node("Reshape", "x target")
            .of());
    all.add(
        map("Expand_nothing")
            .longs("s", 1, 3, 1, 1)
            .node("Relu", "x", "r")
            .node("Expand", "r s")
            .of());
  }

  private static void norms(List<OpsetCase> all) {
    all.add(
        map("BatchNormalization")
            .floats("s", 3)
            .floats("b", 3)
            .floats("m", 3)
            .positive("v", 3)
            .node("BatchNormalization", "x s b m v", real("epsilon", 1e-3f))
            .of());
    all.add(
        map("InstanceNormalization")
            .floats("s", 3)
            .floats("b", 3)
            .node("InstanceNormalization", "x s b")
            .of());
    all.add(
        on("GroupNormalization", 2, 6, 4, 5)
            .floats("s", 6)
            .floats("b", 6)
            .node("GroupNormalization", "x s b", whole("num_groups", 3))
            .of());
    all.add(
        on("GroupNormalization_scales_of_groups", 2, 6, 4, 5)
            .floats("s", 3)
            .floats("b", 3)
            .node("GroupNormalization", "x s b", whole("num_groups", 3))
            .of());
    all.add(
        map("LayerNormalization_channels_last")
            .floats("s", 3)
            .floats("b", 3)
            .node("Transpose", "x", "t", ints("perm", 0, 2, 3, 1))
            .node("LayerNormalization", "t s b", "n")
            .node("Transpose", "n", ints("perm", 0, 3, 1, 2))
            .of());
    all.add(on("LRN", 2, 7, 3, 4).node("LRN", "x", whole("size", 5), real("alpha", 0.1f)).of());
    all.add(on("Softmax", 2, 5).node("Softmax", "x").of());
    all.add(on("LogSoftmax", 2, 5).node("LogSoftmax", "x").of());
    all.add(map("Softmax_channels").node("Softmax", "x", whole("axis", 1)).of());
    all.add(map("LogSoftmax_channels").node("LogSoftmax", "x", whole("axis", 1)).of());
    for (String type : List.of("ReduceMean", "ReduceMax", "ReduceSum")) {
      all.add(map(type + "_places").longs("axes", 2, 3).node(type, "x axes").of());
      all.add(
          map(type + "_dropped")
              .longs("axes", 2, 3)
              .node(type, "x axes", whole("keepdims", 0))
              .of());
      all.add(map(type + "_rows").longs("axes", 2).node(type, "x axes").of());
    }
    all.add(
        new Case("Quantized")
            .steps("x", 1 / 64f, 2, 3, 4, 5)
            .constant("s", 1 / 64f)
            .bytes("z", 128)
            .node("QuantizeLinear", "x s z", "q")
            .node("DequantizeLinear", "q s z")
            .of());
  }

  private static void functions(List<OpsetCase> all) {
    for (String type :
        List.of(
            "Relu",
            "Sigmoid",
            "Tanh",
            "Softplus",
            "HardSwish",
            "Mish",
            "Gelu",
            "Swish",
            "Elu",
            "Selu",
            "LeakyRelu",
            "HardSigmoid")) {
      all.add(map(type).node(type, "x").of());
    }
    all.add(map("Clip").constant("a", -0.5f).constant("b", 0.25f).node("Clip", "x a b").of());
    all.add(map("PRelu_channels").floats("s", 3, 1, 1).node("PRelu", "x s").of());
    all.add(map("PRelu_one").floats("s", 1).node("PRelu", "x s").of());
    all.add(map("Identity").node("Identity", "x", "i").node("Relu", "i").of());
    all.add(map("Dropout").constant("r", 0.3f).node("Dropout", "x r", "d").node("Relu", "d").of());
    all.add(map("Cast").node("Cast", "x", "c", whole("to", 1)).node("Relu", "c").of());
    all.add(map("CastLike").constant("f", 1f).node("CastLike", "x f", "c").node("Relu", "c").of());
  }

  private static Case map(String name) {
    return on(name, 2, 3, 4, 5);
  }

  private static Case on(String name, long... shape) {
    return new Case(name).random("x", -1, 1, shape);
  }

  private static AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  private static AttributeProto ints(String name, long... values) {
    return attribute(name, AttributeProto.AttributeType.INTS)
        .addAllInts(LongStream.of(values).boxed().toList())
        .build();
  }

  private static AttributeProto whole(String name, long value) {
    return attribute(name, AttributeProto.AttributeType.INT).setI(value).build();
  }

  private static AttributeProto real(String name, float value) {
    return attribute(name, AttributeProto.AttributeType.FLOAT).setF(value).build();
  }

  private static AttributeProto text(String name, String value) {
    // Written as bytes, since the type that holds them has another name in the packed module.
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    byte[] field = new byte[text.length + 2];
    field[0] = AttributeProto.S_FIELD_NUMBER << 3 | 2;
    field[1] = (byte) text.length;
    System.arraycopy(text, 0, field, 2, text.length);
    try {
      return attribute(name, AttributeProto.AttributeType.STRING).mergeFrom(field).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model while it is put together; the last operation makes its output. */
  private static final class Case {
    private final String name;
    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final List<TensorProto> inputs = new ArrayList<>();

    Case(String name) {
      this.name = name;
      graph.setName(name);
    }

    Case random(String input, double from, double to, long... shape) {
      long count = LongStream.of(shape).reduce(1, (a, b) -> a * b);
      var random = new SplittableRandom(name.hashCode() * 31L + input.hashCode());
      var tensor = tensor(input, TensorProto.DataType.FLOAT, shape);
      for (long i = 0; i < count; i++) {
        tensor.addFloatData((float) (from + (to - from) * random.nextDouble()));
      }
      return input(tensor.build());
    }

    /** Multiples of a step, of which bytes cannot hold all. */
    Case steps(String input, float step, long... shape) {
      random(input, -200, 200, shape);
      TensorProto.Builder tensor = inputs.remove(inputs.size() - 1).toBuilder();
      for (int i = 0; i < tensor.getFloatDataCount(); i++) {
        tensor.setFloatData(i, step * Math.round(tensor.getFloatData(i)));
      }
      inputs.add(tensor.build());
      return this;
    }

    Case floats(String input, long... shape) {
      return random(input, -1, 1, shape);
    }

    Case positive(String input, long... shape) {
      return random(input, 0.5, 1.5, shape);
    }

    Case constant(String input, float value) {
      return input(tensor(input, TensorProto.DataType.FLOAT).addFloatData(value).build());
    }

    Case bytes(String input, int value) {
      return input(tensor(input, TensorProto.DataType.UINT8).addInt32Data(value).build());
    }

    Case longs(String input, long... values) {
      return input(
          tensor(input, TensorProto.DataType.INT64, values.length)
              .addAllInt64Data(LongStream.of(values).boxed().toList())
              .build());
    }

    private static TensorProto.Builder tensor(
        String name, TensorProto.DataType type, long... shape) {
      return TensorProto.newBuilder()
          .setName(name)
          .setDataType(type.getNumber())
          .addAllDims(LongStream.of(shape).boxed().toList());
    }

    private Case input(TensorProto tensor) {
      inputs.add(tensor);
      var dims = TensorShapeProto.newBuilder();
      tensor
          .getDimsList()
          .forEach(d -> dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d)));
      graph.addInput(
          ValueInfoProto.newBuilder()
              .setName(tensor.getName())
              .setType(
                  TypeProto.newBuilder()
                      .setTensorType(
                          TypeProto.Tensor.newBuilder()
                              .setElemType(tensor.getDataType())
                              .setShape(dims))));
      return this;
    }

    Case node(String type, String reads, AttributeProto... attributes) {
      return node(type, reads, List.of("y"), attributes);
    }

    Case node(String type, String reads, String makes, AttributeProto... attributes) {
      return node(type, reads, List.of(makes), attributes);
    }

    Case node(String type, String reads, List<String> makes, AttributeProto... attributes) {
      graph.addNode(
          NodeProto.newBuilder()
              .setOpType(type)
              .setName("n" + graph.getNodeCount())
              .addAllInput(Arrays.asList(reads.split(" ")))
              .addAllOutput(makes)
              .addAllAttribute(Arrays.asList(attributes)));
      return this;
    }

    OpsetCase of() {
      String last = graph.getNode(graph.getNodeCount() - 1).getOutput(0);
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName(last)
              .setType(
                  TypeProto.newBuilder()
                      .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1))));
      ModelProto model =
          ModelProto.newBuilder()
              .setIrVersion(8)
              .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
              .setGraph(graph)
              .build();
      return new OpsetCase(name, model, List.copyOf(inputs), List.of());
    }
  }
}
