package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.file.Bytes;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.importer.Importer;
import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.StringStringEntryProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are damaged or made to do harm end in an error that says what is wrong. */
class HostileModelsTest {
  /** How many mutants are tried: some, or as many as {@code -Dblockwork.mutants=N} says. */
  private static final int MUTANTS = Integer.getInteger("blockwork.mutants", 600);

  @TempDir private Path folder;

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

  private static NodeProto node(String type, String name, List<String> inputs, String output) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(name)
        .addAllInput(inputs)
        .addOutput(output)
        .build();
  }

  private static byte[] model(Consumer<GraphProto.Builder> rest) {
    var graph = GraphProto.newBuilder().setName("g").addInput(value("x", 1, 2, 4, 4));
    graph.addOutput(value("y", 1, 2, 4, 4));
    rest.accept(graph);
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static TensorProto weights(long... dims) {
    var tensor = TensorProto.newBuilder().setName("w").setDataType(1);
    long count = 1;
    for (long size : dims) {
      tensor.addDims(size);
      count *= size;
    }
    for (int i = 0; i < count; i++) {
      tensor.addFloatData(0.01f * i - 0.1f);
    }
    return tensor.build();
  }

  private static byte[] small() {
    return model(
        graph ->
            graph
                .addInitializer(weights(2, 2, 1, 1))
                .addNode(node("Conv", "conv", List.of("x", "w"), "c"))
                .addNode(node("Relu", "relu", List.of("c"), "y")));
  }

  private static OnnxModel read(byte... bytes) {
    return ModelReader.read(Bytes.of(bytes));
  }

  private static void take(byte... bytes) {
    Importer.run(read(bytes), Optional.empty());
  }

  private static String refusal(byte... bytes) {
    return String.valueOf(assertThrows(OnnxException.class, () -> take(bytes)).getMessage());
  }

  @Test
  void aSoundFileIsTaken() {
    var network = Importer.run(read(small()), Optional.empty());
    assertThat(network.output()).containsExactly(2, 4, 4).inOrder();
    assertThat(network.weights().keySet()).containsExactly("conv.weight");
  }

  @Test
  void everyTruncationIsRefusedOrHarmless() {
    byte[] whole = small();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThrows(OnnxException.class, () -> take(part));
    }
  }

  /** Each mutant ends in success or in the one exception that is for it. */
  @Test
  void mutantsEndInSuccessOrThatError() {
    byte[][] seeds = {
      small(),
      fromTorch("squeezenet.dynamo_dynamic_external.onnx"),
      fromTorch("regnet_y.torchscript_13.onnx")
    };
    var random = new Random(1);
    int taken = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = seeds[i % seeds.length].clone();
      int changes = 1 + random.nextInt(4);
      for (int k = 0; k < changes; k++) {
        // Structure stands in front of, or between, the weights.
        int at =
            random.nextInt(random.nextBoolean() ? mutant.length : Math.min(mutant.length, 4096));
        mutant[at] =
            random.nextBoolean()
                ? (byte) random.nextInt(256)
                : (byte) (mutant[at] ^ 1 << random.nextInt(8));
      }
      if (random.nextInt(8) == 0) {
        mutant = Arrays.copyOf(mutant, random.nextInt(mutant.length));
      }
      try {
        take(mutant);
        taken++;
      } catch (OnnxException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    assertThat(taken).isGreaterThan(0);
    assertThat(taken).isLessThan(MUTANTS);
  }

  private static byte[] fromTorch(String name) {
    try {
      Path file = OnnxFiles.folder("torch").resolve(name);
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aMillionEmptyOperationsAreRefusedBeforeTheyAreRead() {
    var nodes = new ByteArrayOutputStream();
    for (int i = 0; i < 1_000_000; i++) {
      nodes.write(0x0a);
      nodes.write(0);
    }
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {0x42, 2, 16, 17, 0x3a});
    for (int left = nodes.size(); ; left >>>= 7) {
      bytes.write(left < 128 ? left : left & 127 | 128);
      if (left < 128) {
        break;
      }
    }
    bytes.writeBytes(nodes.toByteArray());
    assertThat(refusal(bytes.toByteArray())).contains("takes more than 64 MB without its weights");
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 1 << 20, Integer.MAX_VALUE, -1})
  void aLengthBehindTheEndIsRefused(int length) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(0x3a);
    long left = length & 0xffffffffL;
    for (; left >= 128; left >>>= 7) {
      bytes.write((int) (left & 127 | 128));
    }
    bytes.write((int) left);
    bytes.writeBytes(new byte[] {10, 0});
    assertThat(refusal(bytes.toByteArray()))
        .startsWith("the file is cut off: at byte " + (bytes.size() - 2) + " a part of ");
  }

  @Test
  void aCycleIsRefused() {
    byte[] cycle =
        model(
            graph ->
                graph
                    .addNode(node("Add", "first", List.of("x", "b"), "a"))
                    .addNode(node("Relu", "second", List.of("a"), "b"))
                    .addNode(node("Relu", "last", List.of("b"), "y")));
    assertThat(refusal(cycle))
        .isEqualTo(
            "the operations are a cycle: Add first reads, by way of others, what it makes itself");
  }

  @Test
  void operationsMayStandInAnyOrder() {
    take(
        model(
            graph ->
                graph
                    .addNode(node("Relu", "last", List.of("a"), "y"))
                    .addNode(node("Sigmoid", "first", List.of("x"), "a"))));
  }

  @Test
  void absurdShapesAreRefused() {
    byte[] negative =
        model(
            graph ->
                graph
                    .addInitializer(
                        TensorProto.newBuilder().setName("w").setDataType(1).addDims(-3))
                    .addNode(node("Add", "add", List.of("x", "w"), "y")));
    assertThat(refusal(negative))
        .isEqualTo("the tensor w has a negative size: [-3]; copy, download or export it again");
    byte[] overflowing =
        model(
            graph ->
                graph
                    .addInitializer(
                        TensorProto.newBuilder()
                            .setName("w")
                            .setDataType(1)
                            .addDims(1L << 32)
                            .addDims(1L << 32))
                    .addNode(node("Add", "add", List.of("x", "w"), "y")));
    assertThat(refusal(overflowing)).contains("has too many values: its shape is");
  }

  @Test
  void aConstantThatASmallFileMakesLargeIsRefused() {
    byte[] large =
        model(
            graph ->
                graph
                    .addInitializer(
                        TensorProto.newBuilder()
                            .setName("s")
                            .setDataType(7)
                            .addDims(2)
                            .addInt64Data(1 << 20)
                            .addInt64Data(1 << 20))
                    .addNode(node("ConstantOfShape", "fill", List.of("s"), "f"))
                    .addNode(node("Add", "add", List.of("x", "f"), "y")));
    assertThat(refusal(large)).contains("ConstantOfShape fill: it makes a constant of shape");
  }

  private String external(String location, String... more) throws IOException {
    var tensor =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(1)
            .addAllDims(List.of(2L, 2L, 1L, 1L))
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue(location));
    for (int i = 0; i < more.length; i += 2) {
      tensor.addExternalData(
          StringStringEntryProto.newBuilder().setKey(more[i]).setValue(more[i + 1]));
    }
    byte[] bytes =
        model(
            graph ->
                graph.addInitializer(tensor).addNode(node("Conv", "conv", List.of("x", "w"), "y")));
    Path inner = Files.createDirectories(folder.resolve("models"));
    Path file = inner.resolve("m.onnx");
    Files.write(file, bytes);
    try {
      Importer.run(ModelReader.read(file), Optional.empty());
      return "taken";
    } catch (OnnxException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void weightsOutsideTheFolderAreRefused() throws IOException {
    Path models = Files.createDirectories(folder.resolve("models"));
    Files.write(folder.resolve("secret"), new byte[16]);
    Files.write(models.resolve("own"), new byte[16]);
    assertThat(external("own")).isEqualTo("taken");
    assertThat(external("./own")).isEqualTo("taken");
    assertThat(external("../secret")).contains("which is not in the model's folder");
    assertThat(external("sub/../../secret")).contains("which is not in the model's folder");
    assertThat(external("..\\secret")).contains("which is not in the model's folder");
    assertThat(external(folder.resolve("secret").toString()))
        .contains("which is not in the model's folder");
    Files.createSymbolicLink(models.resolve("link"), folder.resolve("secret"));
    assertThat(external("link")).contains("which is a link");
    Files.createSymbolicLink(models.resolve("way"), folder);
    assertThat(external("way/secret")).contains("which is a link");
    Files.createLink(models.resolve("hard"), folder.resolve("secret"));
    assertThat(external("hard")).contains("which has more than one name");
    assertThat(external("missing")).contains("which is not beside the model");
    assertThat(external("own", "offset", "8")).contains("bytes 8 to 24 of own, which has 16");
    assertThat(external("own", "offset", "-1")).contains("no number: -1");
    assertThat(external("own", "length", "8")).contains("should have 16 bytes, but 8");
    assertThat(external("own", "offset", "9223372036854775807")).contains("no number");
  }

  @Test
  void whatIsNotSupportedIsNamed() {
    byte[] branch = model(graph -> graph.addNode(node("If", "choice", List.of("x"), "y")));
    assertThat(refusal(branch)).startsWith("If choice: the operator is not supported; these are: ");
    byte[] foreign =
        model(
            graph ->
                graph.addNode(
                    node("FusedConv", "fast", List.of("x"), "y").toBuilder()
                        .setDomain("com.microsoft")));
    assertThat(refusal(foreign))
        .isEqualTo(
            "FusedConv fast: it is of the domain com.microsoft; only ONNX's own operators are supported");
    byte[] strided =
        model(
            graph ->
                graph
                    .addInitializer(weights(2, 2, 1, 1))
                    .addNode(
                        node("Conv", "conv", List.of("x", "w"), "y").toBuilder()
                            .addAttribute(
                                AttributeProto.newBuilder()
                                    .setName("strides")
                                    .setType(AttributeProto.AttributeType.INTS)
                                    .addInts(0)
                                    .addInts(1))));
    assertThat(refusal(strided)).isEqualTo("Conv conv: its attribute strides is 0");
  }

  @Test
  void namesFromTheFileDoNoHarmInMessages() {
    byte[] escape = model(graph -> graph.addNode(node("If", "a\u001b[2J\nb", List.of("x"), "y")));
    assertThat(refusal(escape)).contains("If a\\u001b[2J\\nb: ");
  }

  @Test
  void openSizesNeedAnAnswer() {
    byte[] open =
        ModelProto.newBuilder()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(
                GraphProto.newBuilder()
                    .addInput(value("x", 0, 3, 0, 0))
                    .addOutput(value("y"))
                    .addNode(node("Relu", "relu", List.of("x"), "y")))
            .build()
            .toByteArray();
    assertThat(refusal(open))
        .contains(
            "the size of its input x is left open, [N, 3, ?, ?]: say how large the images are");
    var network = Importer.run(read(open), Optional.of(new Shape(3, 5, 6)));
    assertThat(network.output()).containsExactly(3, 5, 6).inOrder();
    OnnxException e =
        assertThrows(
            OnnxException.class, () -> Importer.run(read(open), Optional.of(new Shape(4, 5, 6))));
    assertThat(e).hasMessageThat().contains("is [N, 3, ?, ?], and not images of [4, 5, 6]");
  }
}
