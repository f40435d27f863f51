package io.blockwork.onnx.exporter;

import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.StringStringEntryProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What ONNX's checker and ONNX Runtime ask of a model between them, and that nothing is unused.
 * Written from the specification (docs/IR.md and docs/Operators.md), not from what we export.
 */
final class ModelRules {
  /**
   * An operator in one of its versions.
   *
   * @param since the first opset
   * @param until the last opset
   * @param least inputs
   * @param most inputs
   * @param attributes that it may have
   */
  private record Form(int since, int until, int least, int most, Set<String> attributes) {}

  private static final int ANY = Integer.MAX_VALUE;
  private static final Map<String, List<Form>> OPERATORS = new HashMap<>();

  private static void operator(
      String name, int since, int until, int least, int most, String... attributes) {
    OPERATORS
        .computeIfAbsent(name, n -> new ArrayList<>())
        .add(new Form(since, until, least, most, Set.of(attributes)));
  }

  private static void always(String name, int least, int most, String... attributes) {
    operator(name, 1, ANY, least, most, attributes);
  }

  static {
    for (String unary :
        "Relu Sigmoid Tanh Erf Sqrt Softplus Identity GlobalAveragePool GlobalMaxPool".split(" ")) {
      always(unary, 1, 1);
    }
    for (String binary : "Add Sub Mul Div Pow Greater MatMul PRelu".split(" ")) {
      always(binary, 2, 2);
    }
    always("Sum", 1, ANY);
    always("Where", 3, 3);
    always("LeakyRelu", 1, 1, "alpha");
    always("Elu", 1, 1, "alpha");
    always("Selu", 1, 1, "alpha", "gamma");
    always("HardSigmoid", 1, 1, "alpha", "beta");
    always("Clip", 1, 3);
    always("Softmax", 1, 1, "axis");
    always("LogSoftmax", 1, 1, "axis");
    always("Concat", 1, ANY, "axis");
    always("Flatten", 1, 1, "axis");
    always("Transpose", 1, 1, "perm");
    always("Unsqueeze", 2, 2);
    always("Slice", 3, 5);
    always("LRN", 1, 1, "size", "alpha", "beta", "bias");
    always("InstanceNormalization", 3, 3, "epsilon");
    always("Gemm", 2, 3, "alpha", "beta", "transA", "transB");
    always("Conv", 2, 3, "auto_pad", "dilations", "group", "kernel_shape", "pads", "strides");
    always(
        "MaxPool",
        1,
        1,
        "auto_pad",
        "ceil_mode",
        "dilations",
        "kernel_shape",
        "pads",
        "storage_order",
        "strides");
    operator(
        "AveragePool",
        11,
        18,
        1,
        1,
        "auto_pad",
        "ceil_mode",
        "count_include_pad",
        "kernel_shape",
        "pads",
        "strides");
    operator(
        "AveragePool",
        19,
        ANY,
        1,
        1,
        "auto_pad",
        "ceil_mode",
        "count_include_pad",
        "dilations",
        "kernel_shape",
        "pads",
        "strides");
    operator("Cast", 13, 18, 1, 1, "to");
    operator("Cast", 19, ANY, 1, 1, "to", "saturate");
    operator("Reshape", 5, 13, 2, 2);
    operator("Reshape", 14, ANY, 2, 2, "allowzero");
    operator("Pad", 11, 17, 2, 3, "mode");
    operator("Pad", 18, ANY, 2, 4, "mode");
    operator("ReduceMean", 13, 17, 1, 1, "axes", "keepdims");
    operator("ReduceMean", 18, ANY, 1, 2, "keepdims", "noop_with_empty_axes");
    operator("ReduceMax", 13, 17, 1, 1, "axes", "keepdims");
    operator("ReduceMax", 18, ANY, 1, 2, "keepdims", "noop_with_empty_axes");
    operator("BatchNormalization", 9, 13, 5, 5, "epsilon", "momentum");
    operator("BatchNormalization", 14, ANY, 5, 5, "epsilon", "momentum", "training_mode");
    operator("HardSwish", 14, ANY, 1, 1);
    operator("LayerNormalization", 17, ANY, 2, 3, "axis", "epsilon", "stash_type");
    operator("Mish", 18, ANY, 1, 1);
    operator("Gelu", 20, ANY, 1, 1, "approximate");
    operator("GroupNormalization", 21, ANY, 3, 3, "epsilon", "num_groups", "stash_type");
  }

  private final List<String> broken = new ArrayList<>();
  private final ModelProto model;

  private ModelRules(ModelProto model) {
    this.model = model;
  }

  static ModelProto read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return ModelProto.parseFrom(in);
    }
  }

  /** The rules that the model breaks; empty if it is sound. */
  static List<String> broken(ModelProto model) {
    ModelRules rules = new ModelRules(model);
    rules.check();
    return rules.broken;
  }

  private void rule(boolean kept, String rule) {
    if (!kept) {
      broken.add(rule);
    }
  }

  private void check() {
    rule(model.getIrVersion() >= 3 && model.getIrVersion() <= 13, "IR version");
    rule(model.getOpsetImportCount() == 1, "one operator set");
    rule(model.getOpsetImport(0).getDomain().isEmpty(), "ONNX's own operators");
    rule(!model.getProducerName().isEmpty(), "a producer");
    Set<String> keys = new HashSet<>();
    for (StringStringEntryProto entry : model.getMetadataPropsList()) {
      rule(keys.add(entry.getKey()), "metadata twice: " + entry.getKey());
    }
    GraphProto graph = model.getGraph();
    rule(!graph.getName().isEmpty(), "a name of the graph");
    Set<String> defined = new HashSet<>();
    for (ValueInfoProto input : graph.getInputList()) {
      typed(input);
      rule(defined.add(input.getName()), "input twice: " + input.getName());
    }
    Set<String> unused = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      tensor(tensor);
      rule(defined.add(tensor.getName()), "value twice: " + tensor.getName());
      unused.add(tensor.getName());
    }
    Set<String> names = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      rule(!node.getName().isEmpty() && names.add(node.getName()), "node name: " + node.getName());
      node(node);
      for (String input : node.getInputList()) {
        rule(
            input.isEmpty() || defined.contains(input),
            node.getName() + " reads what does not come before it: " + input);
        unused.remove(input);
      }
      for (String output : node.getOutputList()) {
        rule(!output.isEmpty() && defined.add(output), "value twice: " + output);
      }
    }
    rule(unused.isEmpty(), "unused initialisers: " + unused);
    values(graph, defined);
  }

  private void values(GraphProto graph, Set<String> defined) {
    Set<String> read = new HashSet<>();
    graph.getNodeList().forEach(node -> read.addAll(node.getInputList()));
    Set<String> told = new HashSet<>();
    for (ValueInfoProto output : graph.getOutputList()) {
      typed(output);
      rule(defined.contains(output.getName()), "an output of no node: " + output.getName());
      rule(told.add(output.getName()), "output twice: " + output.getName());
      read.add(output.getName());
    }
    graph.getInputList().forEach(input -> told.add(input.getName()));
    for (ValueInfoProto value : graph.getValueInfoList()) {
      typed(value);
      rule(defined.contains(value.getName()), "told of no value: " + value.getName());
      rule(told.add(value.getName()), "told twice: " + value.getName());
    }
    for (NodeProto node : graph.getNodeList()) {
      rule(read.contains(node.getOutput(0)), "nobody reads " + node.getOutput(0));
    }
  }

  private void typed(ValueInfoProto value) {
    rule(!value.getName().isEmpty(), "a name of every value");
    var tensor = value.getType().getTensorType();
    rule(tensor.getElemType() != 0 && tensor.hasShape(), "type and shape of " + value.getName());
    rule(
        tensor.getShape().getDimCount() > 1 && tensor.getShape().getDim(0).hasDimParam(),
        "any batch of " + value.getName());
  }

  private void tensor(TensorProto tensor) {
    long width =
        switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
          case FLOAT -> 4;
          case DOUBLE, INT64 -> 8;
          default -> throw new IllegalStateException("type of " + tensor.getName());
        };
    long bytes = width;
    for (long size : tensor.getDimsList()) {
      rule(size > 0, "sizes of " + tensor.getName());
      bytes *= size;
    }
    Map<String, String> external = new HashMap<>();
    tensor.getExternalDataList().forEach(e -> external.put(e.getKey(), e.getValue()));
    boolean outside = tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    rule(tensor.hasRawData() != outside, "one place of " + tensor.getName());
    long given =
        outside
            ? Long.parseLong(String.valueOf(external.get("length")))
            : tensor.getRawData().size();
    rule(given == bytes, "bytes of " + tensor.getName());
    rule(
        tensor.getFloatDataCount() + tensor.getInt64DataCount() + tensor.getDoubleDataCount() == 0,
        "one field of " + tensor.getName());
  }

  private void node(NodeProto node) {
    long opset = model.getOpsetImport(0).getVersion();
    rule(node.getDomain().isEmpty() && node.getOutputCount() == 1, "form of " + node.getName());
    Form form =
        OPERATORS.getOrDefault(node.getOpType(), List.of()).stream()
            .filter(each -> each.since() <= opset && opset <= each.until())
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException(node.getOpType() + " is not in opset " + opset));
    rule(
        form.least() <= node.getInputCount() && node.getInputCount() <= form.most(),
        "inputs of " + node.getName());
    Set<String> attributes = new HashSet<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      rule(
          form.attributes().contains(attribute.getName()) && attributes.add(attribute.getName()),
          node.getOpType() + " has no " + attribute.getName() + " in opset " + opset);
      rule(attribute.getType() != AttributeProto.AttributeType.UNDEFINED, "attribute types");
    }
  }
}
