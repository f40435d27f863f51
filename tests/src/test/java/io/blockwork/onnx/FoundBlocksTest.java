package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.text.GraphText;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.importer.Importer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose names tell no blocks: these are found from how the operations are connected. */
@DisplayName("Files whose names tell no blocks")
class FoundBlocksTest {
  @TempDir private Path folder;

  private Path renamed(String torch, UnaryOperator<String> name) throws IOException {
    Path file = folder.resolve("renamed.onnx");
    RenamedModel.write(OnnxFiles.folder("torch").resolve(torch), name, file);
    return file;
  }

  private static Graph graph(Path file) {
    return Importer.run(ModelReader.read(file), Optional.empty()).graph();
  }

  /**
   * The operations of each block, without what is in front of their last dot; "" has the others.
   */
  private static Map<String, List<String>> blocks(Graph graph) {
    Map<String, List<String>> blocks = new LinkedHashMap<>();
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      blocks.computeIfAbsent(node.block().path(), p -> new ArrayList<>()).add(node.op().leaf());
    }
    return blocks;
  }

  @Test
  void residualBlocksAreCalledBlock() throws IOException {
    Map<String, List<String>> blocks =
        blocks(graph(renamed("resnet_basic.torchscript_13.onnx", name -> "")));
    List<String> plain = List.of("conv1", "relu1", "conv2", "add1", "relu2");
    List<String> strided = List.of("conv1", "relu1", "conv2", "conv3", "add1", "relu2");
    assertThat(blocks)
        .containsExactly(
            "", List.of("conv1", "relu1", "maxpool1", "avgpool1", "fc1"),
            "block1", plain,
            "block2", strided,
            "block3", plain,
            "block4", strided,
            "block5", strided);
  }

  /** As an exporter of Keras writes them: layers behind the model's name. */
  @Test
  void namesThatMeanSomethingAreKept() throws IOException {
    Graph graph = graph(renamed("resnet_basic.torchscript_13.onnx", RenamedModel::keras));
    Set<String> paths = new LinkedHashSet<>();
    graph.nodes().forEach(node -> paths.add(node.op().path()));
    assertThat(paths).contains("model.layer2_0_conv1_Conv");
    Map<String, List<String>> blocks = blocks(graph);
    assertThat(blocks.keySet())
        .containsExactly(
            "",
            "model.layer1_0",
            "model.layer2_0",
            "model.layer2_1",
            "model.layer3_0",
            "model.layer4_0");
    assertThat(blocks.get("model.layer1_0"))
        .containsAtLeast("layer1_0_conv1_Conv", "layer1_0_conv2_Conv", "layer1_0_Add")
        .inOrder();
  }

  @Test
  void namesOfTorchAreLeftAlone() {
    Path torch = OnnxFiles.folder("torch");
    assertThat(blocks(graph(torch.resolve("resnet_basic.torchscript_13.onnx"))).keySet())
        .contains("layer1.0");
    assertThat(blocks(graph(torch.resolve("densenet.torchscript_13.onnx"))).keySet())
        .contains("features.denseblock1.denselayer1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "densenet.torchscript_13",
        "densenet.torchscript_preserve",
        "efficientnet.dynamo",
        "mobilenet_v2.torchscript_13",
        "mobilenet_v3.dynamo",
        "regnet_y.torchscript_preserve",
        "resnext.dynamo"
      })
  void noBlockIsLongAndNothingElseChanges(String name) throws IOException {
    Path named = OnnxFiles.folder("torch").resolve(name + ".onnx");
    Path file = renamed(name + ".onnx", n -> "");
    Graph graph = graph(file);
    Map<String, List<String>> blocks = blocks(graph);
    assertWithMessage("%s", blocks).that(blocks.size()).isGreaterThan(3);
    blocks.forEach(
        (path, operations) ->
            assertWithMessage(path + operations).that(operations.size()).isLessThan(41));
    assertThat(GraphText.write(graph)).isEqualTo(GraphText.write(graph(file)));
    try (OnnxNetwork one = OnnxNetwork.load(named);
        OnnxNetwork other = OnnxNetwork.load(file)) {
      float[] image = new float[one.architecture().input().stream().reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < image.length; i++) {
        image[i] = (float) Math.sin(0.37 * i);
      }
      assertThat(other.forward(image)).isEqualTo(one.forward(image));
    }
  }

  @ParameterizedTest
  @CsvSource({"inception_v1, 11", "resnet50, 16", "squeezenet, 8", "vgg19, 6"})
  void theBlocksOfThePapersAreFound(String name, int count) {
    Graph graph = graph(OnnxFiles.folder("light").resolve("light_" + name + ".onnx"));
    Map<String, List<String>> blocks = blocks(graph);
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      expected.add("block" + i);
    }
    // What stands beside them is little: a stem, pools, the classifier.
    List<String> others = blocks.getOrDefault("", List.of());
    blocks.remove("");
    assertThat(blocks.keySet()).containsExactlyElementsIn(expected).inOrder();
    assertThat(others.size()).isLessThan(16);
  }
}
