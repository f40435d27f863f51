package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.Shape;
import io.blockwork.memory.NativeValues;
import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import io.blockwork.parameters.Parameters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.nd4j.linalg.api.buffer.DataType;

/** The ONNX graph that is being written: nodes in order, values, initialisers. */
final class OnnxGraph {
  /** The name of the batch's size. */
  private static final String BATCH = "N";

  private final int opset;
  private final DataType type;
  private final Parameters parameters;
  private final OptionalInt batch;
  private final List<NodeProto.Builder> nodes = new ArrayList<>();
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, Initialiser> initialisers = new LinkedHashMap<>();
  private final Names nodeNames = new Names();
  private final Names valueNames = new Names();

  /** The operation that is being written: its path, and what people read of it. */
  private String path = "";

  private String documentation = "";

  /**
   * A graph without nodes.
   *
   * @param opset the version of the operators
   * @param type that of the weights, {@code FLOAT} or {@code DOUBLE}
   * @param batch the only number of images that it is for; empty for any number
   */
  OnnxGraph(int opset, DataType type, Parameters parameters, OptionalInt batch) {
    this.batch = batch;
    this.opset = opset;
    this.type = type;
    this.parameters = parameters;
    // The entries of the state_dict keep their names, whatever values would be called.
    parameters.names().forEach(valueNames::unique);
  }

  int opset() {
    return opset;
  }

  /** The nodes that follow belong to the operation. */
  void begin(String operation, String words) {
    path = operation;
    documentation = words;
  }

  /** The path of the operation that is being written. */
  String path() {
    return path;
  }

  /** Reserves the name of an input or output. */
  void reserve(String name) {
    valueNames.unique(name);
  }

  /** The node that is the whole operation, named as it is. */
  Value whole(
      String operator,
      Shape shape,
      boolean vector,
      List<String> inputs,
      AttributeProto... attributes) {
    return node(path, operator, shape, vector, inputs, attributes);
  }

  /** The same for a value of the same shape as {@code x}, the first input; others follow it. */
  Value whole(String operator, Value x, List<String> others, AttributeProto... attributes) {
    return whole(operator, x.shape(), x.vector(), after(x, others), attributes);
  }

  /** A node that is a part of the operation: {@code layer1.0.act/Sigmoid}. */
  Value part(
      String operator,
      Shape shape,
      boolean vector,
      List<String> inputs,
      AttributeProto... attributes) {
    return node(path + "/" + operator, operator, shape, vector, inputs, attributes);
  }

  /** The same for a value of the same shape as {@code x}, the first input; others follow it. */
  Value part(String operator, Value x, List<String> others, AttributeProto... attributes) {
    return part(operator, x.shape(), x.vector(), after(x, others), attributes);
  }

  private static List<String> after(Value x, List<String> others) {
    List<String> inputs = new ArrayList<>(List.of(x.name()));
    inputs.addAll(others);
    return inputs;
  }

  private Value node(
      String wish,
      String operator,
      Shape shape,
      boolean vector,
      List<String> inputs,
      AttributeProto... attributes) {
    Value value = new Value(valueNames.unique(wish), shape, vector);
    hidden(wish, operator, value.name(), inputs, attributes);
    values.put(value.name(), value);
    return value;
  }

  /**
   * A part of the operation whose value has none of our shapes.
   *
   * @return the value's name
   */
  String hiddenPart(String operator, List<String> inputs, AttributeProto... attributes) {
    String wish = path + "/" + operator;
    String name = valueNames.unique(wish);
    hidden(wish, operator, name, inputs, attributes);
    return name;
  }

  private void hidden(
      String wish,
      String operator,
      String output,
      List<String> inputs,
      AttributeProto... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setName(nodeNames.unique(wish))
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(Arrays.asList(attributes));
    if (!documentation.isEmpty()) {
      node.setDocString(documentation);
    }
    nodes.add(node);
  }

  /** The value as {@code [N, C, H, W]}. */
  Value map(Value x) {
    return x.vector() ? part("Unsqueeze", x.shape(), false, List.of(x.name(), integers(2, 3))) : x;
  }

  /** The value as {@code [N, C]}. */
  Value vector(Value x) {
    Shape flat = new Shape(Math.toIntExact(x.shape().elements()), 1, 1);
    return x.vector()
        ? x
        : part("Flatten", flat, true, List.of(x.name()), Attributes.integer("axis", 1));
  }

  /** An entry of the {@code state_dict} as it is. */
  String parameter(String name) {
    return parameter(name, parameters.info(name).dimensions());
  }

  /** An entry of the {@code state_dict}, seen in another shape. */
  String parameter(String name, long... shape) {
    initialisers.computeIfAbsent(
        name,
        n ->
            new Initialiser(
                header(n, onnxType(), shape), TensorData.of(n, parameters.values(n), type)));
    return name;
  }

  /** The values of an entry of the {@code state_dict}, to compute with. */
  double[] read(String name) {
    NativeValues all = parameters.values(name);
    double[] values = new double[Math.toIntExact(all.length())];
    if (all.type() == DataType.DOUBLE) {
      all.doubles().get(values);
    } else {
      var floats = all.floats();
      Arrays.setAll(values, i -> floats.get(i));
    }
    return values;
  }

  /** What is computed and bears the name of an entry of the {@code state_dict}. */
  String parameter(String name, long[] shape, java.util.function.Supplier<double[]> values) {
    if (!parameters.names().contains(name)) {
      valueNames.unique(name);
    }
    initialisers.put(
        name,
        new Initialiser(
            header(name, onnxType(), shape),
            TensorData.computed(name, count(shape), type, values)));
    return name;
  }

  private static long count(long... shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  /** A constant that belongs to the operation. */
  String constant(String what, long[] shape, double... values) {
    String name = valueNames.unique(path + "." + what);
    initialisers.put(
        name,
        new Initialiser(
            header(name, onnxType(), shape),
            TensorData.computed(name, values.length, type, values::clone)));
    return name;
  }

  /** Integers that belong to the operation, or stand for an entry of the {@code state_dict}. */
  String integers(String name, TensorProto.DataType integer, ByteBuffer bytes, long... shape) {
    if (!parameters.names().contains(name)) {
      valueNames.unique(name);
    }
    initialisers.put(name, new Initialiser(header(name, integer, shape), TensorData.plain(bytes)));
    return name;
  }

  /** A number; all that need it share it. */
  String scalar(double value) {
    String key =
        "scalar_"
            + (type == DataType.FLOAT ? String.valueOf((float) value) : String.valueOf(value));
    return shared(
        key,
        () ->
            new Initialiser(
                header(key, onnxType()),
                TensorData.computed(key, 1, type, () -> new double[] {value})));
  }

  /** A list of whole numbers; all that need it share it. */
  String integers(long... values) {
    StringBuilder key = new StringBuilder("integers");
    for (long value : values) {
      key.append('_').append(value);
    }
    String name = key.toString();
    return shared(
        name,
        () ->
            new Initialiser(
                header(name, TensorProto.DataType.INT64, values.length), TensorData.longs(values)));
  }

  private String shared(String name, java.util.function.Supplier<Initialiser> initialiser) {
    if (!initialisers.containsKey(name)) {
      valueNames.unique(name);
      initialisers.put(name, initialiser.get());
    }
    return name;
  }

  private static TensorProto header(String name, TensorProto.DataType type, long... shape) {
    TensorProto.Builder header =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    for (long size : shape) {
      header.addDims(size);
    }
    return header.build();
  }

  /** ONNX's name for the type of the weights. */
  TensorProto.DataType onnxType() {
    return TensorProto.DataType.valueOf(type.name().toUpperCase(Locale.ROOT));
  }

  /** The initialisers, in the order in which they were needed. */
  List<Initialiser> initialisers() {
    return List.copyOf(initialisers.values());
  }

  /** Whether a node gives the value. */
  boolean has(Value value) {
    return values.containsKey(value.name());
  }

  /** Gives a value another name, wherever it is written and read. */
  void rename(String from, String to) {
    for (NodeProto.Builder node : nodes) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(from)) {
          node.setInput(i, to);
        }
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        if (node.getOutput(i).equals(from)) {
          node.setOutput(i, to);
        }
      }
    }
    Value value = Objects.requireNonNull(values.remove(from), from);
    values.put(to, new Value(to, value.shape(), value.vector()));
  }

  /** The graph without its initialisers, inputs and outputs. */
  GraphProto.Builder finish(String name, java.util.Set<String> ends) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName(name);
    nodes.forEach(graph::addNode);
    for (Value value : values.values()) {
      if (!ends.contains(value.name())) {
        graph.addValueInfo(info(value, ""));
      }
    }
    return graph;
  }

  /** What is known of a value. */
  ValueInfoProto info(Value value, String words) {
    Shape shape = value.shape();
    return value.vector()
        ? info(value.name(), onnxType(), words, shape.channels())
        : info(value.name(), onnxType(), words, shape.channels(), shape.height(), shape.width());
  }

  /** What is known of a value of another type or order; the batch comes first. */
  ValueInfoProto info(String name, TensorProto.DataType type, String words, long... sizes) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber());
    TensorShapeProto.Dimension.Builder images = tensor.getShapeBuilder().addDimBuilder();
    batch.ifPresentOrElse(images::setDimValue, () -> images.setDimParam(BATCH));
    for (long size : sizes) {
      tensor.getShapeBuilder().addDimBuilder().setDimValue(size);
    }
    ValueInfoProto.Builder info =
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(TypeProto.newBuilder().setTensorType(tensor));
    if (!words.isEmpty()) {
      info.setDocString(words);
    }
    return info.build();
  }
}
