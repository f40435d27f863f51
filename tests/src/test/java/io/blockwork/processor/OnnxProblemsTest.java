package io.blockwork.processor;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.onnx.SmallModel;
import io.blockwork.onnx.WrongFile;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.spec.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ONNX files that cannot become the network that is asked for. */
class OnnxProblemsTest {
  @TempDir private Path models;

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

  /** What is found where a network is made of a file with one operation. */
  private List<Finding> findings(Compiler compiler, String operator) throws IOException {
    var node = NodeProto.newBuilder().setOpType(operator).setName("only");
    var graph =
        GraphProto.newBuilder()
            .setName("g")
            .addInput(value("x", 1, 3, 8, 8))
            .addOutput(value("y", 1, 3, 8, 8))
            .addNode(node.addInput("x").addOutput("y"));
    var model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph);
    Files.write(models.resolve("model.onnx"), model.build().toByteArray());
    return findings(compiler);
  }

  /** What is found where a network is made of the file that there is. */
  private List<Finding> findings(Compiler compiler) throws IOException {
    String source =
        """
        package user;

        import io.blockwork.*;

        @Model
        @Onnx(
            "model.onnx")
        interface Net extends ImageClassifier {}
        """;
    return compiler
        .compile(Map.of("user/Net.java", source), "-Ablockwork.onnx=" + models)
        .findings();
  }

  @ParameterizedTest
  @EnumSource(Compiler.class)
  @Shows(Message.ONNX_MODEL)
  void anOperationThatIsNotSupportedIsNamedAtTheFile(Compiler compiler) throws IOException {
    List<Finding> findings = findings(compiler, "Loop");
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).line()).isEqualTo(7);
    assertThat(findings.get(0).text())
        .startsWith(
            "[BW371] model.onnx cannot become a network: Loop only: the operator is not supported");
  }

  @ParameterizedTest
  @EnumSource(WrongFile.class)
  @Shows(Message.ONNX_READ)
  void aFileThatCannotBeReadIsToldAtItsName(WrongFile wrong) throws IOException {
    wrong.in(models);
    List<Finding> findings = findings(Compiler.JAVAC);
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).line()).isEqualTo(7);
    assertThat(findings.get(0).text())
        .startsWith("[BW375] model.onnx cannot be read: " + wrong.problem() + "\n");
    assertThat(findings.get(0).text()).endsWith("  fix: " + wrong.remedy(models));
  }

  /** It is a network all the same, so that this is said and no error. */
  @ParameterizedTest
  @EnumSource(Compiler.class)
  @Shows(Message.FIXED_BATCH)
  void aNumberOfImagesThatIsNeededIsToldAtTheFile(Compiler compiler) throws IOException {
    Files.write(
        models.resolve("model.onnx"),
        SmallModel.of(2, 3, 2, 2)
            .integers("first", 0)
            .node("Shape", "shape", List.of("x"))
            .node("Gather", "images", List.of("shape", "first"))
            .node("Cast", "number", List.of("images"), SmallModel.integer("to", 1))
            .node("GlobalAveragePool", "mean", List.of("x"))
            .node("Flatten", "scores", List.of("mean"))
            .node("Div", "output", List.of("scores", "number"))
            .bytes());
    List<Finding> findings = findings(compiler);
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).kind()).isEqualTo(Diagnostic.Kind.WARNING);
    assertThat(findings.get(0).line()).isEqualTo(7);
    // Eclipse's compiler indents otherwise.
    assertThat(findings.get(0).text().lines().map(String::strip).toList())
        .containsExactly(
            "[BW206] Net takes batches of 2, and no others",
            "declared by @Onnx(\"model.onnx\")",
            "why: model.onnx fixes the number of images at 2, and what it computes depends on that",
            "fix: export the model with a dynamic batch axis; or"
                + " @SuppressWarnings(\"blockwork.fixed-batch\")")
        .inOrder();
  }

  @ParameterizedTest
  @EnumSource(Compiler.class)
  @Shows(Message.ONNX_CLASSIFIER)
  void aClassifierNeedsScores(Compiler compiler) throws IOException {
    List<Finding> findings = findings(compiler, "Relu");
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).line()).isEqualTo(7);
    assertThat(findings.get(0).text())
        .startsWith(
            "[BW373] Net extends ImageClassifier, but the output of model.onnx is 3 x 8 x 8");
  }
}
