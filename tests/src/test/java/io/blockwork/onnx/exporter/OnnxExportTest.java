package io.blockwork.onnx.exporter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ModelCard;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.Task;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.FileException;
import io.blockwork.onnx.OnnxNetwork;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.StringStringEntryProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.parameters.ParameterInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("An exported network")
final class OnnxExportTest {
  private static final double BOUND = 1e-5;
  private static final List<String> CLASSES = List.of("a", "b\"", "c\n", "ü", "e");

  @TempDir private Path folder;
  private final ExportedNet net = Networks.create(ExportedNet.class);

  @BeforeEach
  void fill() {
    Weights.fill(net);
  }

  @AfterEach
  void close() {
    net.close();
  }

  private Path file() {
    return folder.resolve("net.onnx");
  }

  private ModelProto export(OnnxExport export) throws IOException {
    export.to(file());
    ModelProto model = ModelRules.read(file());
    assertThat(ModelRules.broken(model)).isEmpty();
    return model;
  }

  private float[] run(float[] images, int batch) throws Exception {
    try (OrtModel model = OrtModel.load(file())) {
      return model.run(images, Weights.shape(net, batch));
    }
  }

  private static double[] doubles(float... values) {
    return Differences.doubles(values);
  }

  private static Map<String, TensorProto> tensors(ModelProto model) {
    Map<String, TensorProto> tensors = new LinkedHashMap<>();
    model.getGraph().getInitializerList().forEach(tensor -> tensors.put(tensor.getName(), tensor));
    return tensors;
  }

  private static Map<String, String> metadata(ModelProto model) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : model.getMetadataPropsList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    return entries;
  }

  private static List<String> nodes(ModelProto model) {
    return model.getGraph().getNodeList().stream()
        .map(node -> node.getName() + " " + node.getOpType())
        .toList();
  }

  @Test
  void readsWellToStrangers() throws IOException {
    ModelProto model = export(OnnxExport.of(net));
    assertThat(nodes(model))
        .containsAtLeast(
            "conv1 Conv",
            "bn1 BatchNormalization",
            "layer1.0.conv1 Conv",
            "layer1.0.relu Relu",
            "layer1.0.relu_1 Relu",
            "layer2.0.downsample.0 Conv",
            "avgpool GlobalAveragePool",
            "fc Gemm")
        .inOrder();
    NodeProto conv =
        model.getGraph().getNodeList().stream()
            .filter(node -> node.getName().equals("layer2.0.conv1"))
            .findFirst()
            .orElseThrow();
    assertThat(conv.getInputList()).contains("layer2.0.conv1.weight");
    assertThat(conv.getDocString())
        .isEqualTo("3x3 stride 2, 16 x 8 x 8; layer2.0: basic block, stride 2");
    assertEquals("ExportedNet", model.getGraph().getName());
    assertThat(model.getDocString()).startsWith("ExportedNet: ");
    assertEquals("Blockwork", model.getProducerName());
    assertEquals(17, model.getOpsetImport(0).getVersion());
    assertEquals("input", model.getGraph().getInput(0).getName());
    assertEquals("output", model.getGraph().getOutput(0).getName());
  }

  @Test
  void isTheSameBytesEveryTime() throws IOException {
    export(OnnxExport.of(net));
    byte[] first = Files.readAllBytes(file());
    export(OnnxExport.of(net));
    assertArrayEquals(first, Files.readAllBytes(file()));
  }

  /** pytorch#166797: biases that do not have the shapes that the operators want. */
  @Test
  void weightsHaveTheNamesAndShapesOfTheStateDict() throws IOException {
    Map<String, TensorProto> tensors = tensors(export(OnnxExport.of(net)));
    for (ParameterInfo entry : net.parameters().entries()) {
      if (entry.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED) {
        assertThat(tensors).doesNotContainKey(entry.name());
      } else {
        TensorProto tensor = Objects.requireNonNull(tensors.get(entry.name()), entry.name());
        assertArrayEquals(
            entry.dimensions(),
            tensor.getDimsList().stream().mapToLong(Long::longValue).toArray(),
            entry.name());
      }
    }
    Map<String, TensorProto> folded = tensors(export(OnnxExport.of(net).foldNorms()));
    assertThat(folded.keySet())
        .containsExactlyElementsIn(
            net.parameters().names().stream()
                .filter(name -> name.matches("fc.*|.*(conv\\d|downsample.0).weight"))
                .flatMap(
                    name ->
                        name.startsWith("fc")
                            ? Stream.of(name)
                            : Stream.of(name, name.replace(".weight", ".bias")))
                .toList());
    folded.forEach(
        (name, tensor) -> {
          if (name.endsWith(".bias")) {
            TensorProto weight =
                Objects.requireNonNull(folded.get(name.replace(".bias", ".weight")));
            assertEquals(List.of(weight.getDims(0)), tensor.getDimsList(), name);
          }
        });
  }

  @Test
  void givesOurValuesWithNormsKeptAndFolded() throws Exception {
    for (boolean fold : new boolean[] {false, true}) {
      OnnxExport export = OnnxExport.of(net);
      export(fold ? export.foldNorms() : export);
      for (int batch : new int[] {1, 3}) {
        float[] images = Weights.images(net, batch);
        Differences.check(
            "batch " + batch, doubles(net.forward(images)), run(images, batch), BOUND);
      }
    }
  }

  @Test
  void endsInProbabilitiesIfAsked() throws Exception {
    float[] images = Weights.images(net, 2);
    float[] logits = net.forward(images);
    export(OnnxExport.of(net).softmax());
    double[] expected = new double[logits.length];
    for (int row = 0; row < 2; row++) {
      double sum = 0;
      for (int c = 0; c < 5; c++) {
        sum += Math.exp(logits[5 * row + c]);
      }
      for (int c = 0; c < 5; c++) {
        expected[5 * row + c] = Math.exp(logits[5 * row + c]) / sum;
      }
    }
    Differences.check("probabilities", expected, run(images, 2), BOUND);
  }

  @Test
  void aSecondSoftmaxIsRefused() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(3, 2, 2)));
    try (GraphCase made = new GraphCase(graph.build(graph.add(new Softmax("softmax"), x)), 1)) {
      OnnxExport export = made.export().softmax();
      var refused = assertThrows(IllegalStateException.class, () -> export.to(file()));
      assertThat(refused).hasMessageThat().contains("ends in a softmax of its own");
      assertThat(Files.exists(file())).isFalse();
    }
  }

  @Test
  void tellsWhatTheWeightsKnowOfThemselves() throws IOException {
    ModelCard card = new ModelCard(CLASSES, Optional.of(Preprocessing.imageNet(18, 16)));
    card.describe(net.parameters());
    Map<String, String> metadata = metadata(export(OnnxExport.of(net)));
    ModelCard.of(net.parameters())
        .entries()
        .forEach((key, text) -> assertEquals(text, metadata.get(key)));
    try (OnnxNetwork loaded = OnnxNetwork.load(file())) {
      ModelCard told = ModelCard.of(loaded.parameters());
      assertEquals(card.classNames(), told.classNames());
      assertEquals(card.preprocessing(), told.preprocessing());
    }
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void tellsWhatTheOutputsSayOfAPicture(Task task) throws IOException {
    new ModelCard(Optional.empty(), CLASSES, Optional.empty(), task).describe(net.parameters());
    export(OnnxExport.of(net));
    try (OnnxNetwork loaded = OnnxNetwork.load(file())) {
      assertThat(ModelCard.of(loaded.parameters()).task()).isEqualTo(task);
    }
    if (task != Task.SINGLE_LABEL) {
      OnnxExport export = OnnxExport.of(net).softmax();
      var refused = assertThrows(IllegalStateException.class, () -> export.to(file()));
      assertThat(refused).hasMessageThat().contains("no distribution over classes");
    }
  }

  @Test
  void tellsClassesAndPreprocessing() throws IOException {
    ModelProto model =
        export(OnnxExport.of(net).classes(CLASSES).preprocessing(Preprocessing.imageNet(18, 16)));
    Map<String, String> metadata = metadata(model);
    assertEquals("[\"a\",\"b\\\"\",\"c\\n\",\"ü\",\"e\"]", metadata.get("classes"));
    assertEquals(
        "{\"color\":\"RGB\",\"resize\":18,\"crop\":16,\"interpolation\":\"bilinear\","
            + "\"mean\":[0.485,0.456,0.406],\"std\":[0.229,0.224,0.225]}",
        metadata.get("preprocessing"));
    assertEquals("ExportedNet", metadata.get("network"));
    OnnxExport export = OnnxExport.of(net);
    assertThat(assertThrows(IllegalArgumentException.class, () -> export.classes(List.of("a"))))
        .hasMessageThat()
        .isEqualTo("ExportedNet: expected one name for each of 5 classes, got 1");
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () -> export.preprocessing(Preprocessing.imageNet())))
        .hasMessageThat()
        .contains("makes 3 channels of 224 x 224");
  }

  @Test
  void takesBytesAndNormalisesThemAsWeDo() throws Exception {
    Preprocessing preprocessing = Preprocessing.imageNet(16, 16);
    OnnxExport export = OnnxExport.of(net).bytesIn();
    assertThrows(IllegalStateException.class, () -> export.to(file()));
    export(export.preprocessing(preprocessing));
    byte[] pixels = new byte[16 * 16 * 3];
    new Random(1).nextBytes(pixels);
    float[] expected =
        net.forward(preprocessing.normalize(new ByteImage(16, 16, 3, pixels.clone())));
    try (OrtModel model = OrtModel.load(file())) {
      float[] got = Objects.requireNonNull(model.all(pixels, 1, 16, 16, 3).get("output"));
      Differences.check("of bytes", doubles(expected), got, BOUND);
    }
  }

  private static float[] values(Map<String, float[]> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name), name);
  }

  @Test
  void givesValuesInsideTheNetworkIfAsked() throws Exception {
    export(OnnxExport.of(net).features("layer1", "avgpool", "fc", "layer1.0.relu_1"));
    try (OrtModel model = OrtModel.load(file())) {
      float[] images = Weights.images(net, 2);
      Map<String, float[]> all = model.all(images, Weights.shape(net, 2));
      assertThat(all.keySet())
          .containsExactly("output", "layer1", "avgpool", "fc", "layer1.0.relu_1")
          .inOrder();
      Differences.check("output", doubles(net.forward(images)), values(all, "output"), BOUND);
      assertArrayEquals(values(all, "output"), values(all, "fc"));
      assertArrayEquals(values(all, "layer1"), values(all, "layer1.0.relu_1"));
      assertEquals(2 * 8 * 16 * 16, values(all, "layer1").length);
      assertEquals(2 * 16, values(all, "avgpool").length);
    }
    OnnxExport export = OnnxExport.of(net);
    assertThat(assertThrows(IllegalArgumentException.class, () -> export.features("layer11")))
        .hasMessageThat()
        .isEqualTo("ExportedNet has no module layer11; the nearest is layer1");
    assertThrows(IllegalArgumentException.class, () -> export.features("fc", "fc"));
  }

  @Test
  void knowsTheOpsetsThatItWrites() throws IOException {
    for (int opset = 13; opset <= 25; opset++) {
      assertEquals(opset, export(OnnxExport.of(net).opset(opset)).getOpsetImport(0).getVersion());
    }
    for (int opset : new int[] {12, 26}) {
      OnnxExport export = OnnxExport.of(net);
      assertThrows(IllegalArgumentException.class, () -> export.opset(opset));
    }
  }

  @Test
  void isInDoublePrecisionIfAsked() throws IOException {
    try (ExportedNet exact =
        Networks.create(ExportedNet.class, NetworkOptions.defaults().dataType(DataType.DOUBLE))) {
      Weights.fill(exact);
      ModelProto model = export(OnnxExport.of(exact).dataType(DataType.DOUBLE));
      TensorProto bias = Objects.requireNonNull(tensors(model).get("fc.bias"));
      assertEquals(TensorProto.DataType.DOUBLE.getNumber(), bias.getDataType());
      double[] values = new double[5];
      bias.getRawData()
          .asReadOnlyByteBuffer()
          .order(java.nio.ByteOrder.LITTLE_ENDIAN)
          .asDoubleBuffer()
          .get(values);
      assertArrayEquals(exact.parameters().get("fc.bias").data().asDouble(), values);
      // In single precision it is the same file as that of the network in single precision.
      export(OnnxExport.of(exact));
      byte[] single = Files.readAllBytes(file());
      export(OnnxExport.of(net));
      assertArrayEquals(Files.readAllBytes(file()), single);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  @Test
  void putsLargeWeightsIntoAFileOfTheirOwn() throws Exception {
    ModelProto model = export(OnnxExport.of(net).externalWeights());
    List<Path> files = files();
    assertEquals(2, files.size(), files::toString);
    String data = files.get(1).getFileName().toString();
    assertThat(data).matches("net\\.onnx\\.[0-9a-f]{16}\\.data");
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        Map<String, String> place = new HashMap<>();
        tensor.getExternalDataList().forEach(e -> place.put(e.getKey(), e.getValue()));
        assertEquals(data, place.get("location"));
        assertEquals(0, Long.parseLong(String.valueOf(place.get("offset"))) % 4096);
      } else {
        assertThat(tensor.getRawData().size()).isLessThan(1024);
      }
    }
    float[] images = Weights.images(net, 2);
    Differences.check("external", doubles(net.forward(images)), run(images, 2), BOUND);
  }

  @Test
  void putsThemThereInAnyCaseWhereTheModelWouldBeTooLarge() throws Exception {
    export(OnnxExport.of(net));
    long whole = Files.size(file());
    export(OnnxExport.of(net).mostBytes(whole + 10_000));
    assertEquals(1, files().size());
    export(OnnxExport.of(net).mostBytes(whole - 1));
    assertEquals(2, files().size());
    assertThat(Files.size(file())).isLessThan(whole);
  }

  /** Who has read the old model finds the old values, until the new model is there. */
  @Test
  void changedWeightsGetADataFileOfAnotherName() throws Exception {
    export(OnnxExport.of(net).externalWeights());
    byte[] old = Files.readAllBytes(file());
    float[] images = Weights.images(net, 1);
    float[] before = net.forward(images);
    net.parameters().write(memory -> memory.flat().muli(1.5));
    export(OnnxExport.of(net).externalWeights());
    assertEquals(3, files().size());
    Differences.check("new", doubles(net.forward(images)), run(images, 1), BOUND);
    Files.write(file(), old);
    Differences.check("old", doubles(before), run(images, 1), BOUND);
  }

  @Test
  void leavesNothingWhereItCannotBeWritten() throws IOException {
    Files.createDirectories(file().resolve("inside"));
    for (OnnxExport export : List.of(OnnxExport.of(net), OnnxExport.of(net).externalWeights())) {
      assertThrows(FileException.class, () -> export.to(file()));
      assertEquals(List.of(file()), files());
    }
  }

  @Test
  void weightsThatAreNotFiniteAreRefused() {
    double[] values = {1, 2, Double.NaN, 4, 5};
    net.parameters().set("fc.bias", Nd4j.createFromArray(values));
    OnnxExport export = OnnxExport.of(net);
    assertThat(assertThrows(IllegalStateException.class, () -> export.to(file())))
        .hasMessageThat()
        .contains("ExportedNet: fc.bias holds a NaN");
    assertThat(Files.exists(file())).isFalse();
  }

  @Test
  void weightsThatBecomeInfiniteAreRefused() throws IOException {
    double[] negative = new double[8];
    Arrays.fill(negative, -1);
    net.parameters().set("bn1.running_var", Nd4j.createFromArray(negative));
    OnnxExport folded = OnnxExport.of(net).foldNorms();
    assertThat(assertThrows(IllegalStateException.class, () -> folded.to(file())))
        .hasMessageThat()
        .contains("conv1.weight: NaN is not finite");
    try (ExportedNet exact =
        Networks.create(ExportedNet.class, NetworkOptions.defaults().dataType(DataType.DOUBLE))) {
      exact.parameters().set("fc.bias", Nd4j.createFromArray(1, 2, 1e300, 4, 5.0));
      OnnxExport export = OnnxExport.of(exact);
      assertThat(assertThrows(IllegalStateException.class, () -> export.to(file())))
          .hasMessageThat()
          .contains("fc.bias: 1.0E300 is not finite in a file of type FLOAT");
      export(export.dataType(DataType.DOUBLE));
    }
  }

  @Test
  void aGraphOfAnotherNetworkIsRefused() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(3, 16, 16)));
    Graph other = graph.build(graph.add(Linear.of("fc", 3 * 16 * 16, 5), x));
    assertThat(
            assertThrows(
                IllegalStateException.class, () -> OnnxExport.of("Net", other, net.parameters())))
        .hasMessageThat()
        .contains("it has fc.weight [5, 768] where the parameters have conv1.weight [8, 3, 3, 3]");
  }

  @Test
  void canBeExportedAgainOnceItIsLoaded() throws IOException {
    export(OnnxExport.of(net));
    float[] images = Weights.images(net, 2);
    Path again = folder.resolve("again.onnx");
    try (OnnxNetwork loaded = OnnxNetwork.load(file())) {
      OnnxExport.of(loaded).to(again);
    }
    try (OnnxNetwork loaded = OnnxNetwork.load(again)) {
      assertArrayEquals(net.forward(images), loaded.forward(images));
    }
  }

  /** What transforms fuse, such as {@code activation(factor * conv(x) + residual)}, is exported. */
  @Test
  void fusedOperationsGiveWhatTheyAreFusedOf() throws Exception {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(6, 7, 9)));
    int side = graph.add(Conv2d.same("side", 6, 4, 1, 1), x);
    int y = graph.add(Conv2d.same("conv", 6, 4, 3, 1).withBias(), x);
    y = graph.add(Sum.scaled("sum", 0.3, 1.0).ending(Activation.RELU), y, side);
    Graph whole = graph.build(y);
    Graph fused = Transforms.forInference(whole);
    assertThat(fused.nodes().size()).isLessThan(whole.nodes().size());
    try (GraphCase made = new GraphCase(whole, 1)) {
      export(OnnxExport.of("Fused", fused, made.parameters()));
      float[] images = made.images(2);
      try (OrtModel model = OrtModel.load(file())) {
        Differences.check(
            "fused", made.expected(images, 2), model.run(images, made.shape(2)), BOUND);
      }
    }
  }
}
