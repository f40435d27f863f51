package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.blockwork.NetworkOptions;
import io.blockwork.onnx.file.Bytes;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.importer.ImportedNetwork;
import io.blockwork.onnx.importer.Importer;
import io.blockwork.onnx.proto.FunctionProto;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The forms that weights, batches and operators of a model may have. */
class ModelFormsTest {
  /** Numbers that have few bits, so that every type holds them. */
  private static final double[] VALUES = {1, -2, 0.5, 0, 96, -0.0625, 3, -1.5};

  private static ValueInfoProto value(String name, long... shape) {
    var dims = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(1).setShape(dims);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ModelProto.Builder model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph.setName("g"));
  }

  private static ImportedNetwork taken(ModelProto.Builder model) {
    return Importer.run(ModelReader.read(Bytes.of(model.build().toByteArray())), Optional.empty());
  }

  /** Half precision's bits of a number that it holds. */
  private static short half(double value) {
    int bits = Float.floatToIntBits((float) value);
    int exponent = (bits >> 23 & 0xff) - 127 + 15;
    int magnitude = value == 0 ? 0 : exponent << 10 | bits >> 13 & 0x3ff;
    return (short) (bits >>> 16 & 0x8000 | magnitude);
  }

  private static short upperHalf(double value) {
    return (short) (Float.floatToIntBits((float) value) >>> 16);
  }

  private static TensorProto.Builder raw(TensorProto.DataType type) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * VALUES.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double each : VALUES) {
      switch (type) {
        case FLOAT -> bytes.putFloat((float) each);
        case DOUBLE -> bytes.putDouble(each);
        case FLOAT16 -> bytes.putShort(half(each));
        default -> bytes.putShort(upperHalf(each));
      }
    }
    return TensorProto.newBuilder()
        .setDataType(type.getNumber())
        .setRawData(ByteString.copyFrom(bytes.flip()));
  }

  private static TensorProto.Builder typed(TensorProto.DataType type) {
    var tensor = TensorProto.newBuilder().setDataType(type.getNumber());
    for (double each : VALUES) {
      switch (type) {
        case FLOAT -> tensor.addFloatData((float) each);
        case DOUBLE -> tensor.addDoubleData(each);
        case FLOAT16 -> tensor.addInt32Data(half(each) & 0xffff);
        default -> tensor.addInt32Data(upperHalf(each) & 0xffff);
      }
    }
    return tensor;
  }

  static Stream<TensorProto> weights() {
    List<TensorProto> all = new ArrayList<>();
    for (TensorProto.DataType type :
        List.of(
            TensorProto.DataType.FLOAT,
            TensorProto.DataType.DOUBLE,
            TensorProto.DataType.FLOAT16,
            TensorProto.DataType.BFLOAT16)) {
      for (TensorProto.Builder tensor : List.of(raw(type), typed(type))) {
        all.add(tensor.setName("w").addAllDims(List.of(4L, 2L, 1L, 1L)).build());
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("weights")
  void weightsMayBeOfAnyFloatingTypeRawOrTyped(TensorProto weights) {
    var graph =
        GraphProto.newBuilder()
            .addInput(value("x", 1, 2, 3, 3))
            .addOutput(value("y", 1, 4, 3, 3))
            .addInitializer(weights)
            .addNode(node("Conv", "y", "x", "w"));
    var tensor = Objects.requireNonNull(taken(model(graph)).weights().get("y.weight"));
    assertThat(tensor.doubles()).usingExactEquality().containsExactly(VALUES).inOrder();
    float[] floats = tensor.floats();
    for (int i = 0; i < VALUES.length; i++) {
      assertThat(floats[i]).isEqualTo((float) VALUES[i]);
    }
  }

  private static TensorProto shape(long... sizes) {
    var tensor = TensorProto.newBuilder().setName("s").setDataType(7).addDims(sizes.length);
    for (long size : sizes) {
      tensor.addInt64Data(size);
    }
    return tensor.build();
  }

  private static ModelProto.Builder reshaped(long images, long... sizes) {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", images, 2, 2, 1))
            .addOutput(value("y"))
            .addInitializer(shape(sizes))
            .addNode(node("Relu", "r", "x"))
            .addNode(node("Reshape", "y", "r", "s")));
  }

  /** The batch that a file was exported with is no part of what it computes. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 5})
  void aFixedBatchBecomesFree(long images) {
    ImportedNetwork network = taken(reshaped(images, images, 4));
    try (OnnxNetwork net = OnnxNetwork.of("net", network, NetworkOptions.defaults());
        INDArray three = Nd4j.rand(DataType.FLOAT, 3, 2, 2, 1)) {
      assertThat(net.forward(three).shape()).isEqualTo(new long[] {3, 4});
    }
  }

  @Test
  void whatDependsOnTheBatchIsRefusedByName() {
    var e = assertThrows(OnnxException.class, () -> taken(reshaped(2, 1, 8)));
    assertThat(e)
        .hasMessageThat()
        .isEqualTo(
            "its output y has the shape [1, 4 N], in which the images of a batch are mixed; networks"
                + " give a result for each image");
  }

  /**
   * Functions are told apart from operators of other domains: there is something to do about them.
   */
  @Test
  void functionsOfTheModelAreRefusedByName() {
    var graph =
        GraphProto.newBuilder()
            .addInput(value("x", 1, 2, 3, 3))
            .addOutput(value("y", 1, 2, 3, 3))
            .addNode(node("Twice", "y", "x").toBuilder().setDomain("my.own"));
    var function = FunctionProto.newBuilder().setName("Twice").setDomain("my.own");
    var e = assertThrows(OnnxException.class, () -> taken(model(graph).addFunctions(function)));
    assertThat(e)
        .hasMessageThat()
        .isEqualTo(
            "Twice y: it is a function of the model (domain my.own), which is not supported; export"
                + " the model with its functions inlined");
  }

  @Test
  void everySupportedOperatorIsListedWhereOneIsNot() {
    var graph =
        GraphProto.newBuilder()
            .addInput(value("x", 1, 2, 3, 3))
            .addOutput(value("y", 1, 2, 3, 3))
            .addNode(node("Loop", "y", "x"));
    var e = assertThrows(OnnxException.class, () -> taken(model(graph)));
    for (String operator : Importer.supported()) {
      assertWithMessage(operator).that(e).hasMessageThat().contains(operator);
    }
  }
}
