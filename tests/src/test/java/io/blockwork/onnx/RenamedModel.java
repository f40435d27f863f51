package io.blockwork.onnx;

import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A model whose operations have other names, whose values are numbers, and that says no more. */
final class RenamedModel {
  private final Map<String, String> values = new HashMap<>();

  private RenamedModel() {}

  /**
   * Writes a model with all names changed.
   *
   * @param name gives an operation's new name, by the one it has
   * @param target beside which its weights are, if it has such in another file
   */
  static void write(Path source, UnaryOperator<String> name, Path target) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(source)).toBuilder();
    new RenamedModel().rename(model.getGraphBuilder(), name);
    Files.write(target, model.clearMetadataProps().build().toByteArray());
  }

  /**
   * A name as exporters of Keras write them, for one of PyTorch's: the layer behind the model, with
   * underscores, {@code model/layer1_0_conv1_Conv/Op} for {@code /layer1/layer1.0/conv1/Conv}.
   */
  static String keras(String torch) {
    String flat = torch.replaceAll("^/layer[0-9]/", "/").replaceAll("[./]+", "_");
    return "model/" + flat.substring(1) + "/Op";
  }

  private String value(String old) {
    return old.isEmpty()
        ? ""
        : Objects.requireNonNull(values.computeIfAbsent(old, o -> "v" + values.size()));
  }

  private void rename(GraphProto.Builder graph, UnaryOperator<String> name) {
    for (ValueInfoProto.Builder input : graph.getInputBuilderList()) {
      input.setName(value(input.getName()));
    }
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      tensor.setName(value(tensor.getName()));
    }
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      List<String> inputs = node.getInputList().stream().map(this::value).toList();
      List<String> outputs = node.getOutputList().stream().map(this::value).toList();
      node.clearInput().addAllInput(inputs).clearOutput().addAllOutput(outputs);
      node.setName(name.apply(node.getName())).clearMetadataProps();
    }
    for (ValueInfoProto.Builder output : graph.getOutputBuilderList()) {
      output.setName(value(output.getName()));
    }
    graph.clearValueInfo();
  }
}
