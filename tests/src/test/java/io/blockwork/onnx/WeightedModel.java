package io.blockwork.onnx;

import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.StringStringEntryProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/** A model whose constant weights are replaced by such as let its images make a difference. */
final class WeightedModel {
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  /** About what the inputs of a batch norm are; with scales of one, values of deep sums explode. */
  private static final List<Double> NORM = List.of(0.0, 0.6, 0.0, 0.0, 1.0);

  private static final int CHUNK = 1 << 14;

  private final GraphProto.Builder graph;
  private final Map<String, List<Long>> shapes = new HashMap<>();
  private final Set<String> floats = new HashSet<>();

  private WeightedModel(GraphProto.Builder graph) {
    this.graph = graph;
  }

  /**
   * Writes a model with other weights, which lie in a file beside it.
   *
   * @param source a model whose weights are initialisers, or made by {@code ConstantOfShape}
   * @param target where it goes
   */
  static void write(Path source, Path target) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(source)).toBuilder();
    new WeightedModel(model.getGraphBuilder()).replace(target.resolveSibling("weights"));
    Files.write(target, model.build().toByteArray());
  }

  private void replace(Path data) throws IOException {
    for (TensorProto tensor : graph.getInitializerList()) {
      shapes.put(tensor.getName(), tensor.getDimsList());
      if (tensor.getDataType() == FLOAT) {
        floats.add(tensor.getName());
      }
    }
    List<NodeProto> nodes = List.copyOf(graph.getNodeList());
    graph.clearNode();
    for (NodeProto node : nodes) {
      if (node.getOpType().equals("ConstantOfShape")) {
        becomesWeight(node);
      } else {
        graph.addNode(node);
      }
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(data), 1 << 20)) {
      long offset = 0;
      for (NodeProto node : nodes) {
        for (int input = 0; input < node.getInputCount(); input++) {
          String name = node.getInput(input);
          if (floats.remove(name)) {
            offset += weight(node.getOpType(), input, name, offset, out);
          }
        }
      }
    }
  }

  /** What an operation makes of a shape becomes an initialiser, and so an input. */
  private void becomesWeight(NodeProto node) {
    TensorProto shape =
        graph.getInitializerList().stream()
            .filter(tensor -> tensor.getName().equals(node.getInput(0)))
            .findFirst()
            .orElseThrow();
    List<Long> sizes = new ArrayList<>();
    ByteBuffer raw = shape.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (raw.hasRemaining()) {
      sizes.add(raw.getLong());
    }
    String name = node.getOutput(0);
    shapes.put(name, sizes);
    floats.add(name);
    var dims = TensorShapeProto.newBuilder();
    sizes.forEach(size -> dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size)));
    graph.addInput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(
                        TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(dims))));
  }

  /** Writes the values of a weight, and returns how many bytes these are. */
  private long weight(String type, int input, String name, long offset, OutputStream out)
      throws IOException {
    List<Long> sizes = shapes.getOrDefault(name, List.of());
    long count = sizes.stream().reduce(1L, Math::multiplyExact);
    // He's bound keeps the values of layers with ReLU of one size.
    double bound = sizes.size() > 1 ? Math.sqrt(6.0 * sizes.get(0) / count) : 0.1;
    double centre = type.equals("BatchNormalization") ? NORM.get(input) : 0;
    var sum = new CRC32();
    sum.update(name.getBytes(StandardCharsets.UTF_8));
    var random = new SplittableRandom(sum.getValue());
    ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < count; i++) {
      bytes.putFloat((float) (centre + bound * (2 * random.nextDouble() - 1)));
      if (!bytes.hasRemaining() || i == count - 1) {
        out.write(bytes.array(), 0, bytes.position());
        bytes.clear();
      }
    }
    List<TensorProto> others =
        graph.getInitializerList().stream().filter(t -> !t.getName().equals(name)).toList();
    graph.clearInitializer().addAllInitializer(others);
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(FLOAT)
            .addAllDims(sizes)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "weights"))
            .addExternalData(entry("offset", String.valueOf(offset)))
            .addExternalData(entry("length", String.valueOf(4 * count))));
    return 4 * count;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
