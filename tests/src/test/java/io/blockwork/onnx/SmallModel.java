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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model of a few operations, from {@code x} to {@code output}. */
public final class SmallModel {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("g");

  /**
   * A model without operations.
   *
   * @param input its shape
   */
  public static SmallModel of(long... input) {
    var model = new SmallModel();
    var shape = TensorShapeProto.newBuilder();
    for (long size : input) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    model.graph.addInput(value("x").setType(type(shape)));
    model.graph.addOutput(value("output"));
    return model;
  }

  private static TypeProto type(TensorShapeProto.Builder shape) {
    var tensor = TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape);
    return TypeProto.newBuilder().setTensorType(tensor).build();
  }

  private static ValueInfoProto.Builder value(String name) {
    var tensor = TypeProto.Tensor.newBuilder().setElemType(1);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor));
  }

  /** Adds integers. */
  public SmallModel integers(String name, long... values) {
    var tensor = TensorProto.newBuilder().setName(name).setDataType(7).addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  /** Adds numbers. */
  public SmallModel numbers(String name, List<Long> shape, double... values) {
    var tensor = TensorProto.newBuilder().setName(name).setDataType(1).addAllDims(shape);
    for (double value : values) {
      tensor.addFloatData((float) value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  /** Adds numbers that differ from each other, between -1 and 1. */
  public SmallModel numbers(String name, List<Long> shape) {
    double[] values = new double[Math.toIntExact(shape.stream().reduce(1L, (a, b) -> a * b))];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sin(i + 1);
    }
    return numbers(name, shape, values);
  }

  /** Adds an operation that is called as its result. */
  public SmallModel node(String type, String output, List<String> inputs, AttributeProto... with) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(type)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(with)));
    return this;
  }

  /** An attribute. */
  public static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setI(value)
        .setType(AttributeProto.AttributeType.INT)
        .build();
  }

  /** An attribute. */
  public static AttributeProto integers(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .addAllInts(values)
        .setType(AttributeProto.AttributeType.INTS)
        .build();
  }

  /** The file's content. */
  public byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /** Writes the file. */
  public Path in(Path file) {
    try {
      return Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
