package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.onnx.exporter.OrtModel;
import io.blockwork.onnx.file.OnnxException;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Files in 8-bit integers of other tools, in the form that ONNX Runtime's static quantiser writes.
 */
class QuantizedImportTest {
  private static final int IMAGES = 16;
  private static final long[] SHAPE = {IMAGES, 3, 8, 8};
  private static final EngineOptions ONEDNN = EngineOptions.named("onednn");
  private static final int UINT8 = TensorProto.DataType.UINT8_VALUE;
  private static final int INT8 = TensorProto.DataType.INT8_VALUE;
  private static final int UINT16 = TensorProto.DataType.UINT16_VALUE;
  private static final int INT32 = TensorProto.DataType.INT32_VALUE;

  @TempDir private Path folder;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
  private final Random random = new Random(3);
  private int names;

  private static ValueInfoProto value(String name, long... shape) {
    var dims = TensorShapeProto.newBuilder();
    dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    for (long size : shape) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(1).setShape(dims);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private String constant(int type, ByteBuffer values, long... shape) {
    String name = "constant" + names++;
    var tensor = TensorProto.newBuilder().setName(name).setDataType(type);
    for (long size : shape) {
      tensor.addDims(size);
    }
    graph.addInitializer(tensor.setRawData(ByteString.copyFrom(values.rewind())));
    return name;
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String scale(float... values) {
    ByteBuffer buffer = bytes(4 * values.length);
    buffer.asFloatBuffer().put(values);
    return values.length == 1 ? constant(1, buffer) : constant(1, buffer, values.length);
  }

  private String zero(int type, int value) {
    return type == UINT16
        ? constant(type, bytes(2).putShort((short) value))
        : constant(type, bytes(1).put((byte) value));
  }

  private String node(String type, List<String> inputs, AttributeProto... attributes) {
    String output = "value" + names++;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(type)
            .setName(output + "_" + type)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  private static AttributeProto ints(String name, long... values) {
    var attribute = AttributeProto.newBuilder().setName(name);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.setType(AttributeProto.AttributeType.INTS).build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setI(value)
        .setType(AttributeProto.AttributeType.INT)
        .build();
  }

  /** A value as integers and back. */
  private String rounded(String value, int type, float scale, int zero) {
    String step = scale(scale);
    String origin = zero(type, zero);
    String integers = node("QuantizeLinear", List.of(value, step, origin));
    return node("DequantizeLinear", List.of(integers, step, origin));
  }

  /** Random weights of a layer and its bias, as integers that become numbers. */
  private List<String> weights(float source, float[] steps, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    byte[] integers = new byte[count];
    random.nextBytes(integers);
    integers[0] = 127;
    int out = (int) shape[0];
    ByteBuffer biases = bytes(4 * out);
    float[] products = steps.clone();
    for (int i = 0; i < steps.length; i++) {
      products[i] *= source;
    }
    for (int i = 0; i < out; i++) {
      biases.putInt(random.nextInt(4000) - 2000);
    }
    AttributeProto axis = integer("axis", 0);
    String weight =
        node(
            "DequantizeLinear",
            List.of(constant(INT8, ByteBuffer.wrap(integers), shape), scale(steps)),
            axis);
    String bias =
        node("DequantizeLinear", List.of(constant(INT32, biases, out), scale(products)), axis);
    return List.of(weight, bias);
  }

  private String layer(String type, String x, List<String> weights, AttributeProto... attributes) {
    return node(type, List.of(x, weights.get(0), weights.get(1)), attributes);
  }

  private Path written(String output, long... shape) throws IOException {
    graph.addInput(0, value("x", 3, 8, 8)).addOutput(value("output", shape));
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Identity")
            .setName("end")
            .addInput(output)
            .addOutput("output"));
    Path file = folder.resolve("model.onnx");
    var model = ModelProto.newBuilder().setIrVersion(10).setProducerName("onnx.quantize");
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(21));
    Files.write(file, model.setGraph(graph).build().toByteArray());
    return file;
  }

  /**
   * The quantiser leaves a ReLU out where zero is the least integer; a sum and a max pool are
   * rounded as well.
   */
  private Path network() throws IOException {
    AttributeProto pads = ints("pads", 1, 1, 1, 1);
    float[] channels = new float[8];
    for (int i = 0; i < channels.length; i++) {
      channels[i] = 0.0008f + 0.0001f * i;
    }
    String x = rounded("x", UINT8, 6f / 255, 128);
    String first = layer("Conv", x, weights(6f / 255, new float[] {0.002f}, 8, 3, 3, 3), pads);
    String cut = rounded(first, UINT8, 2.5f / 255, 0);
    String second = layer("Conv", cut, weights(2.5f / 255, channels, 8, 8, 3, 3), pads);
    String sum = node("Add", List.of(rounded(second, UINT8, 2f / 255, 128), cut));
    String relu = rounded(node("Relu", List.of(sum)), UINT8, 3f / 255, 0);
    String pool = node("MaxPool", List.of(relu), ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    String mean = node("GlobalAveragePool", List.of(rounded(pool, UINT8, 3f / 255, 0)));
    String flat = node("Flatten", List.of(rounded(mean, UINT8, 1.5f / 255, 0)));
    String scores =
        layer(
            "Gemm",
            rounded(flat, UINT8, 1.5f / 255, 0),
            weights(1.5f / 255, new float[] {0.003f}, 4, 8),
            integer("transB", 1));
    return written(rounded(scores, UINT8, 4f / 255, 128), 4);
  }

  private static INDArray images() {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, SHAPE);
  }

  private static float[] onnxRuntime(Path file) throws Exception {
    try (OrtModel model = OrtModel.load(file)) {
      float[] values = images().dup('c').reshape(-1).toFloatVector();
      return model.all(values, SHAPE).values().iterator().next();
    }
  }

  private static float[] scores(OnnxNetwork net) {
    return net.forward(images()).dup('c').reshape(-1).toFloatVector();
  }

  /** Root mean square of the difference, beside that of the first. */
  private static double error(float[] exact, float[] other) {
    double size = 0;
    double change = 0;
    for (int i = 0; i < exact.length; i++) {
      size += (double) exact[i] * exact[i];
      change += Math.pow((double) exact[i] - other[i], 2);
    }
    return Math.sqrt(change / size);
  }

  @Test
  void integersGiveWhatOnnxRuntimesGive() throws Exception {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    Path file = network();
    float[] theirs = onnxRuntime(file);
    try (OnnxNetwork bytes = OnnxNetwork.loadQuantized(file, ONEDNN);
        OnnxNetwork floats = OnnxNetwork.load(file)) {
      assertThat(error(theirs, scores(bytes))).isLessThan(0.02);
      assertThat(error(theirs, scores(floats))).isLessThan(0.02);
      assertThat(bytes.floatLayers().values()).doesNotContain("it is to stay in single precision");
      for (String parameter : bytes.parameters().names()) {
        assertThat(bytes.floatLayers())
            .doesNotContainKey(parameter.substring(0, parameter.lastIndexOf('.')));
      }
    }
  }

  /** Without the bounds, what is below zero would pass where the ReLU was left out. */
  @Test
  void rangesAreTheFilesScalesAndZeros() throws Exception {
    try (OnnxNetwork net = OnnxNetwork.load(network())) {
      Quantization ranges = net.quantization().orElseThrow();
      String first = net.parameters().names().iterator().next().replace(".weight", "");
      var range = ranges.range(first).orElseThrow();
      assertThat(range.whole().low()).isEqualTo(0f);
      assertThat(range.whole().high()).isWithin(1e-6f).of(2.5f);
      assertThat(range.channels()).hasSize(8);
      assertThat(ranges.floatLayers()).isEmpty();
    }
  }

  @Test
  void sixteenBitsAreComputedInFloats() throws Exception {
    String x = rounded("x", UINT16, 6f / 65_535, 32_768);
    List<String> weights = weights(6f / 65_535, new float[] {0.002f}, 4, 3, 1, 1);
    Path file = written(layer("Conv", x, weights), 4, 8, 8);
    try (OnnxNetwork net = OnnxNetwork.load(file)) {
      assertThat(error(onnxRuntime(file), scores(net))).isLessThan(1e-3);
      assertThat(net.quantization()).isEmpty();
    }
    var e = assertThrows(OnnxException.class, () -> OnnxNetwork.loadQuantized(file, ONEDNN));
    assertThat(e)
        .hasMessageThat()
        .isEqualTo(
            file
                + ": no layer of it is computed from 8-bit integers; load it by load, and find"
                + " ranges by Calibrator");
  }

  @Test
  void theTypeMayBeAnAttribute() throws Exception {
    String step = scale(0.01f);
    String integers = node("QuantizeLinear", List.of("x", step), integer("output_dtype", INT8));
    Path file = written(node("DequantizeLinear", List.of(integers, step)), 3, 8, 8);
    try (OnnxNetwork net = OnnxNetwork.load(file)) {
      float[] values = scores(net);
      float low = 0;
      for (float each : values) {
        low = Math.min(low, each);
      }
      assertThat(low).isEqualTo(-1.28f);
      assertThat(error(onnxRuntime(file), values)).isLessThan(0.01);
    }
  }

  @Test
  void whatIsNoScaleIsRefused() throws Exception {
    Path file = written(rounded("x", UINT8, 0, 3), 3, 8, 8);
    var e = assertThrows(OnnxException.class, () -> OnnxNetwork.load(file));
    assertThat(e).hasMessageThat().endsWith("_QuantizeLinear: its scale is 0.0");
  }
}
