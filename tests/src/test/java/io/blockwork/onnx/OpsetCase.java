package io.blockwork.onnx;

import static java.util.stream.Collectors.toMap;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.blockwork.onnx.file.Bytes;
import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A small model with its inputs, which other opsets can have in forms of their own. What comes of
 * it, ONNX Runtime says.
 *
 * @param name of the case
 * @param model as it was written
 * @param inputs in the order of the model's
 * @param outputs what the case says; empty if it leaves that to ONNX Runtime
 */
record OpsetCase(
    String name, ModelProto model, List<TensorProto> inputs, List<TensorProto> outputs) {
  private static final String DOUBLED = "_doubled";

  /** One of ONNX's own cases. */
  static OpsetCase read(Path folder) throws IOException {
    Path data = folder.resolve("test_data_set_0");
    return new OpsetCase(
        folder.getFileName().toString(),
        ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx"))),
        tensors(data, "input_"),
        tensors(data, "output_"));
  }

  private static List<TensorProto> tensors(Path folder, String name) throws IOException {
    List<TensorProto> all = new ArrayList<>();
    for (int i = 0; Files.exists(folder.resolve(name + i + ".pb")); i++) {
      all.add(TensorProto.parseFrom(Files.readAllBytes(folder.resolve(name + i + ".pb"))));
    }
    return all;
  }

  List<String> operators() {
    return model.getGraph().getNodeList().stream().map(NodeProto::getOpType).distinct().toList();
  }

  /** The model in the forms of an opset, held to what ONNX Runtime makes of it there. */
  Optional<NodeCase> at(int opset) {
    List<OnnxTensor> tensors = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      String input = model.getGraph().getInput(i).getName();
      tensors.add(ModelReader.tensor(Bytes.of(inputs.get(i).toByteArray())).named(input));
    }
    Map<String, OnnxTensor> known = tensors.stream().collect(toMap(OnnxTensor::name, t -> t));
    ModelProto.Builder made = model.toBuilder().setIrVersion(8).clearOpsetImport();
    made.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
    made.getGraphBuilder().clearNode();
    for (NodeProto node : model.getGraph().getNodeList()) {
      Optional<NodeProto> other = OpsetForms.of(node, known, opset);
      if (other.isEmpty()) {
        return Optional.empty();
      }
      made.getGraphBuilder().addNode(other.get());
    }
    return results(made.build())
        .or(() -> said(opset))
        .map(
            results ->
                new NodeCase(
                    name,
                    ModelReader.read(Bytes.of(made.build().toByteArray())),
                    tensors,
                    results));
  }

  /** What the case itself says, where the same text of the specification holds. */
  private Optional<List<OnnxTensor>> said(int opset) {
    int own = (int) model.getOpsetImport(0).getVersion();
    boolean same =
        operators().stream()
            .allMatch(
                type -> OperatorVersions.text(type, own) == OperatorVersions.text(type, opset));
    return same && !outputs.isEmpty()
        ? Optional.of(
            outputs.stream()
                .map(output -> ModelReader.tensor(Bytes.of(output.toByteArray())))
                .toList())
        : Optional.empty();
  }

  /** What ONNX Runtime computes; empty if it has no such operator, or not of these types. */
  private Optional<List<OnnxTensor>> results(ModelProto opsets) {
    ModelProto.Builder doubled = opsets.toBuilder();
    var graph = doubled.getGraphBuilder().clearInput().clearOutput();
    for (int i = 0; i < inputs.size(); i++) {
      String input = opsets.getGraph().getInput(i).getName();
      graph.addInitializer(inputs.get(i).toBuilder().setName(input));
    }
    for (ValueInfoProto output : opsets.getGraph().getOutputList()) {
      String wide = output.getName() + DOUBLED;
      graph.addNode(
          NodeProto.newBuilder()
              .setOpType("Cast")
              .addInput(output.getName())
              .addOutput(wide)
              .addAttribute(
                  AttributeProto.newBuilder()
                      .setName("to")
                      .setType(AttributeProto.AttributeType.INT)
                      .setI(TensorProto.DataType.DOUBLE_VALUE)));
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName(wide)
              .setType(
                  TypeProto.newBuilder()
                      .setTensorType(
                          TypeProto.Tensor.newBuilder()
                              .setElemType(TensorProto.DataType.DOUBLE_VALUE))));
    }
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      byte[] bytes = doubled.build().toByteArray();
      try (OrtSession session = OrtEnvironment.getEnvironment().createSession(bytes, options);
          OrtSession.Result result = session.run(Map.<String, OnnxTensorLike>of())) {
        List<OnnxTensor> all = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> each : result) {
          all.add(tensor(each.getKey(), (ai.onnxruntime.OnnxTensor) each.getValue()));
        }
        return Optional.of(all);
      }
    } catch (OrtException e) {
      // The table shows what was not compared.
      return Optional.empty();
    }
  }

  private static OnnxTensor tensor(String name, ai.onnxruntime.OnnxTensor value) {
    DoubleBuffer buffer = value.getDoubleBuffer();
    double[] values = new double[buffer.remaining()];
    buffer.get(values);
    List<Integer> shape =
        Arrays.stream(value.getInfo().getShape()).mapToObj(Math::toIntExact).toList();
    return OnnxTensor.of(
        name.substring(0, name.length() - DOUBLED.length()), ElementType.DOUBLE, shape, values);
  }
}
