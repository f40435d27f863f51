package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.loss.Loss;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.onnx.exporter.OnnxExport;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.processor.BlockworkProcessor;
import io.blockwork.quantization.Calibrator;
import io.blockwork.quantization.Quantizer;
import java.io.IOException;
import java.io.Writer;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.eclipse.jdt.internal.compiler.tool.EclipseCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code @Model @Onnx}: a file becomes a class of the user's project. */
class GeneratedFromOnnxTest {
  /** A small file of PyTorch's, and the interface whose network is in it. */
  private static final String BASIC = "resnet_basic.torchscript_preserve.onnx";

  private static final String BASIC_SOURCE =
      "@Model @Onnx(\"" + BASIC + "\")\npublic interface Net extends ImageClassifier {}\n";

  @TempDir private Path project;

  private Path file(String... names) throws IOException {
    Path torch = OnnxFiles.folder("torch");
    Path models = Files.createDirectories(project.resolve("src/main/onnx"));
    for (String name : names) {
      Files.copy(torch.resolve(name), models.resolve(name));
    }
    return models.resolve(names[0]);
  }

  /** The messages of a compilation, as a user's build would run it, but not in the project. */
  private List<String> compile(JavaCompiler compiler, String source, String... options)
      throws IOException {
    Path java = Files.createDirectories(project.resolve("src/main/java/user")).resolve("Net.java");
    Files.writeString(java, "package user;\n\nimport io.blockwork.*;\n\n" + source);
    Path classes = Files.createDirectories(project.resolve("target/classes"));
    Path sources = Files.createDirectories(project.resolve("target/generated-sources"));
    var diagnostics = new DiagnosticCollector<JavaFileObject>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(diagnostics, Locale.ROOT, null)) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "-d",
                  classes.toString(),
                  "-s",
                  sources.toString(),
                  "--release",
                  "17",
                  "-classpath",
                  System.getProperty("java.class.path")));
      arguments.addAll(List.of(options));
      JavaCompiler.CompilationTask task =
          compiler.getTask(
              Writer.nullWriter(),
              files,
              diagnostics,
              arguments,
              null,
              files.getJavaFileObjects(java.toFile()));
      task.setProcessors(List.of(new BlockworkProcessor()));
      task.call();
    }
    return diagnostics.getDiagnostics().stream()
        .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
        .map(d -> d.getLineNumber() + ": " + d.getMessage(Locale.ROOT))
        .toList();
  }

  private <T> T inProject(Use<T> use) throws Exception {
    URL[] classes = {project.resolve("target/classes").toUri().toURL()};
    try (var loader = new URLClassLoader(classes, getClass().getClassLoader())) {
      return use.with(Class.forName("user.Net", true, loader).asSubclass(Network.class));
    }
  }

  private interface Use<T> {
    T with(Class<? extends Network> type) throws Exception;
  }

  private static JavaCompiler compiler(String name) {
    return name.equals("ecj") ? new EclipseCompiler() : ToolProvider.getSystemJavaCompiler();
  }

  private static INDArray images(Network net, int batch) {
    List<Integer> in = net.architecture().input();
    Nd4j.getRandom().setSeed(3);
    return Nd4j.rand(DataType.FLOAT, batch, in.get(0), in.get(1), in.get(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"javac", "ecj"})
  void createGivesTheTrainedNetwork(String name) throws Exception {
    Path model = file(BASIC);
    String source =
        "@Model\n@Onnx(\"resnet_basic.torchscript_preserve.onnx\")\n"
            + "public interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler(name), source)).isEmpty();
    String digest =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model)));
    inProject(
        type -> {
          try (Network net = Networks.create(type);
              OnnxNetwork loaded = OnnxNetwork.load(model)) {
            INDArray images = images(net, 3);
            assertThat(net.forward(images).toFloatMatrix())
                .isEqualTo(loaded.forward(images).toFloatMatrix());
            assertThat(net.parameters().names()).contains("layer1.0.conv1.weight");
            Object digests = net.getClass().getField("MODEL_SHA256").get(null);
            assertThat(digests).isEqualTo(Map.of(BASIC, digest));
          }
          return 0;
        });
  }

  /** Nothing in the class tells of the file, but what is fixed is fixed there, too. */
  @Test
  void aNumberOfImagesThatIsNeededIsTheOnlyOneThatRuns() throws Exception {
    Path models = Files.createDirectories(project.resolve("src/main/onnx"));
    Path model = FixedBatch.ITS_AXIS_IS_DROPPED.model().in(models.resolve("model.onnx"));
    String source = "@Model\n@Onnx(\"model.onnx\")\npublic interface Net extends Network {}\n";
    assertThat(compile(compiler("javac"), source)).isEmpty();
    inProject(
        type -> {
          Path exported = project.resolve("again.onnx");
          try (Network net = Networks.create(type);
              OnnxNetwork loaded = OnnxNetwork.load(model)) {
            assertThat(net.architecture().batch()).isEqualTo(OptionalInt.of(1));
            INDArray one = images(net, 1);
            assertThat(net.forward(one)).isEqualTo(loaded.forward(one));
            var e = assertThrows(ShapeMismatchException.class, () -> net.forward(images(net, 3)));
            assertThat(e).hasMessageThat().startsWith("Net: expected images [1, 2, 4, 4], got 3");
            OnnxExport.of(net).to(exported);
          }
          try (OnnxNetwork back = OnnxNetwork.load(exported)) {
            assertThat(back.architecture().batch()).isEqualTo(OptionalInt.of(1));
          }
          return 0;
        });
  }

  @Test
  void theNetworkCanBeTrainedFurther() throws Exception {
    file(BASIC);
    assertThat(compile(compiler("javac"), BASIC_SOURCE)).isEmpty();
    inProject(
        type -> {
          try (Network net = Networks.create(type)) {
            INDArray images = images(net, 4);
            double loss = net.train(images, Loss.softmaxCrossEntropy(1, 2, 3, 4)).loss();
            assertThat(loss).isGreaterThan(0.0);
            assertThat(net.gradients().get("conv1.weight").norm2Number().doubleValue())
                .isGreaterThan(0.0);
          }
          return 0;
        });
  }

  /** Its resource has the file's own ranges: nothing is calibrated, and the file is not needed. */
  @Test
  void theClassOfAFileInIntegersComputesWithItsScales() throws Exception {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    EngineOptions engine = EngineOptions.named("onednn");
    Path model = file(BASIC);
    try (OnnxNetwork net = OnnxNetwork.load(model, NetworkOptions.defaults().engine(engine))) {
      var data = ArrayDataset.of(images(net, 8), List.of("a", "b"), new int[8]);
      try (DataLoader loader = DataLoader.of(data).batchSize(8).build()) {
        OnnxExport.of(net).quantization(Calibrator.of(net).run(loader)).to(model);
      }
    }
    assertThat(compile(compiler("javac"), BASIC_SOURCE)).isEmpty();
    inProject(
        type -> {
          try (OnnxNetwork loaded = OnnxNetwork.loadQuantized(model, engine)) {
            INDArray images = images(loaded, 3);
            Quantization ranges = loaded.quantization().orElseThrow();
            Files.delete(model);
            assertThat(inIntegers(type, engine, ranges, images))
                .isEqualTo(loaded.forward(images).toFloatMatrix());
          }
          return 0;
        });
  }

  private static <N extends Network> float[][] inIntegers(
      Class<N> type, EngineOptions engine, Quantization ranges, INDArray images) {
    try (N net = Networks.create(type);
        N bytes = Quantizer.of(type, net).engine(engine).quantized()) {
      assertThat(net.quantization()).hasValue(ranges);
      assertThat(bytes.quantization()).hasValue(ranges);
      float[][] scores = bytes.forward(images).toFloatMatrix();
      assertThat(net.forward(images).toFloatMatrix()).isNotEqualTo(scores);
      return scores;
    }
  }

  @Test
  void theClassOfAFileInFloatsHasNoRanges() throws Exception {
    file(BASIC);
    assertThat(compile(compiler("javac"), BASIC_SOURCE)).isEmpty();
    inProject(
        type -> {
          assertHasNoRanges(type);
          return 0;
        });
  }

  private static <N extends Network> void assertHasNoRanges(Class<N> type) {
    try (N net = Networks.create(type)) {
      assertThat(net.quantization()).isEmpty();
      Quantizer<N> quantizer = Quantizer.of(type, net);
      assertThat(assertThrows(IllegalStateException.class, quantizer::quantized))
          .hasMessageThat()
          .isEqualTo(
              "Net has no ranges of its own, since it was not generated from an ONNX file in 8-bit"
                  + " integers; find them with Calibrator, and pass them to quantized");
    }
  }

  /** Texts that JSON has to escape, beside what another tool calls by the same name. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theClassKnowsWhatTheFileSaysOfItsClasses(boolean ours) throws Exception {
    Path model = file(BASIC);
    List<String> names = new ArrayList<>();
    try (OnnxNetwork net = OnnxNetwork.load(model)) {
      for (int i = 0; i < net.architecture().output().get(0); i++) {
        names.add("a \"class\" \\ \n\uD83D\uDC08 \u00e4 " + i);
      }
      OnnxExport.of(net).classes(names).to(model);
    }
    if (!ours) {
      var changed = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
      changed.getMetadataPropsBuilderList().stream()
          .filter(entry -> entry.getKey().equals("classes"))
          .forEach(entry -> entry.setValue("{of another tool"));
      Files.write(model, changed.build().toByteArray());
    }
    assertThat(compile(compiler("javac"), BASIC_SOURCE)).isEmpty();
    inProject(
        type -> {
          try (Network net = Networks.create(type)) {
            assertThat(ModelCard.of(net.parameters()).classNames())
                .isEqualTo(ours ? names : List.of());
          }
          return 0;
        });
    byte[] weights =
        Files.readAllBytes(project.resolve("target/classes/user/NetNetwork.safetensors"));
    // Its end is where the values begin, which other tools view in place.
    long header = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(header % Long.BYTES).isEqualTo(0);
  }

  @Test
  void weightsBesideTheModelAreFound() throws Exception {
    Path model =
        file("densenet.dynamo_dynamic_external.onnx", "densenet.dynamo_dynamic_external.onnx.data");
    String source =
        "@Model @Onnx(\"densenet.dynamo_dynamic_external.onnx\")\n"
            + "public interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler("javac"), source)).isEmpty();
    inProject(
        type -> {
          try (Network net = Networks.create(type);
              OnnxNetwork loaded = OnnxNetwork.load(model)) {
            INDArray images = images(net, 2);
            assertThat(net.forward(images).toFloatMatrix())
                .isEqualTo(loaded.forward(images).toFloatMatrix());
            Map<?, ?> digests = (Map<?, ?>) net.getClass().getField("MODEL_SHA256").get(null);
            assertThat(digests.keySet())
                .containsExactly(
                    "densenet.dynamo_dynamic_external.onnx",
                    "densenet.dynamo_dynamic_external.onnx.data");
          }
          return 0;
        });
  }

  /** Leaves the size of a model's images open. */
  private static void open(Path model) throws IOException {
    ModelProto.Builder changed = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
    changed.getGraphBuilder().clearValueInfo();
    TensorShapeProto.Builder shape =
        changed
            .getGraphBuilder()
            .getInputBuilder(0)
            .getTypeBuilder()
            .getTensorTypeBuilder()
            .getShapeBuilder();
    shape.getDimBuilder(2).setDimParam("height");
    shape.getDimBuilder(3).setDimParam("width");
    Files.write(model, changed.build().toByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"javac", "ecj"})
  void aModelOfAnySizeIsCompiledForSeveral(String name) throws Exception {
    Path model = file(BASIC);
    open(model);
    String source =
        "@Model(input = @Input(height = 32, width = 32, sizes = 48))\n"
            + "@Onnx(\"resnet_basic.torchscript_preserve.onnx\")\n"
            + "public interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler(name), source)).isEmpty();
    inProject(
        type -> {
          NetworkOptions options = NetworkOptions.defaults();
          try (Network net = Networks.create(type);
              OnnxNetwork larger = OnnxNetwork.load(model, 3, 48, 48, options)) {
            INDArray images = images(larger, 2);
            assertThat(net.forward(images).toFloatMatrix())
                .isEqualTo(larger.forward(images).toFloatMatrix());
            assertThat(net.inputs()).containsExactly(List.of(3, 32, 32), List.of(3, 48, 48));
          }
          return 0;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"javac", "ecj"})
  void aModelOfOneSizeIsNotCompiledForOthers(String name) throws Exception {
    file("densenet.dynamo_dynamic_external.onnx", "densenet.dynamo_dynamic_external.onnx.data");
    String source =
        "@Model(input = @Input(height = 64, width = 64, sizes = 48))\n"
            + "@Onnx(\"densenet.dynamo_dynamic_external.onnx\")\n"
            + "public interface Net extends ImageClassifier {}\n";
    List<String> messages = compile(compiler(name), source);
    assertThat(messages).hasSize(1);
    assertThat(messages.get(0))
        .contains("its input x is [N, 3, 64, 64], and not images of [3, 48, 48]");
    assertThat(messages.get(0)).contains("  compiled for 48x48, one of its sizes\n");
  }

  @Test
  void withoutWeightsItIsTheArchitectureAlone() throws Exception {
    file("squeezenet.dynamo_dynamic_external.onnx", "squeezenet.dynamo_dynamic_external.onnx.data");
    String source =
        "@Model\n@Onnx(value = \"squeezenet.dynamo_dynamic_external.onnx\", weights = false)\n"
            + "public interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler("javac"), source)).isEmpty();
    assertThat(Files.exists(project.resolve("target/classes/user/NetNetwork.safetensors")))
        .isFalse();
    inProject(
        type -> {
          try (Network a = Networks.create(type, NetworkOptions.defaults().seed(1));
              Network b = Networks.create(type, NetworkOptions.defaults().seed(2))) {
            INDArray images = images(a, 1);
            assertThat(a.forward(images)).isNotEqualTo(b.forward(images));
          }
          return 0;
        });
  }

  @Test
  void noMethodIsLong() throws Exception {
    file("densenet.torchscript_13.onnx");
    String source =
        "@Model @Onnx(\"densenet.torchscript_13.onnx\")\n"
            + "public interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler("javac"), source)).isEmpty();
    String forward =
        Files.readString(project.resolve("target/generated-sources/user/NetForward.java"));
    assertThat(forward).contains("class Features");
    int longest = 0;
    int length = 0;
    for (String line : forward.lines().toList()) {
      length = line.startsWith("    }") || line.startsWith("  }") ? 0 : length + 1;
      longest = Math.max(longest, length);
    }
    assertThat(longest).isLessThan(250);
  }

  /** Sixteen residual blocks without names, of which some differ in nothing. */
  @Test
  void blocksAlikeShareAClass() throws Exception {
    Path models = Files.createDirectories(project.resolve("src/main/onnx"));
    Files.copy(
        OnnxFiles.folder("light").resolve("light_resnet50.onnx"), models.resolve("model.onnx"));
    String source =
        "@Model @Onnx(\"model.onnx\")\npublic interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler("javac"), source)).isEmpty();
    String forward =
        Files.readString(project.resolve("target/generated-sources/user/NetForward.java"));
    assertThat(forward).contains("block2 = new Block2(bind, \"block2\")");
    assertThat(forward).contains("block3 = new Block2(bind, \"block3\")");
    assertThat(forward.lines().filter(line -> line.contains("class Block")).count()).isEqualTo(8);
    assertThat(forward.lines().count()).isLessThan(500);
  }

  /** Layers whose names begin alike, up to an underscore, are a block of that name. */
  @Test
  void namesOfKerasAreKept() throws Exception {
    Path model = file(BASIC);
    RenamedModel.write(model, RenamedModel::keras, model);
    assertThat(compile(compiler("javac"), BASIC_SOURCE)).isEmpty();
    String forward =
        Files.readString(project.resolve("target/generated-sources/user/NetForward.java"));
    assertThat(forward).containsMatch("class (Model_)?[Ll]ayer2_0 ");
    inProject(
        type -> {
          try (Network net = Networks.create(type);
              OnnxNetwork loaded = OnnxNetwork.load(model)) {
            assertThat(net.parameters().names()).contains("model.layer2_0_conv1_Conv.weight");
            INDArray images = images(net, 2);
            assertThat(net.forward(images)).isEqualTo(loaded.forward(images));
            assertThat(net.train(images, Loss.softmaxCrossEntropy(1, 2)).loss()).isGreaterThan(0.0);
          }
          return 0;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"javac", "ecj"})
  void anErrorStandsAtTheFile(String name) throws Exception {
    file("vgg.dynamo.onnx");
    String source =
        "@Model\n@Onnx(\n  \"vgg.dynamo.onnx\")\npublic interface Net extends ImageClassifier {}\n";
    List<String> errors = compile(compiler(name), source);
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0)).startsWith("7: [BW371] vgg.dynamo.onnx cannot become a network: ");
    assertThat(errors.get(0)).contains("GatherND node_GatherND_75: the operator is not supported");
  }

  @Test
  void anOptionNamesAnotherFolder() throws Exception {
    Path model = file("squeezenet.dynamo_dynamic_external.onnx");
    Path other = Files.createDirectories(project.resolve("models"));
    Files.move(model, other.resolve("small.onnx"));
    Files.copy(
        OnnxFiles.folder("torch").resolve("squeezenet.dynamo_dynamic_external.onnx.data"),
        other.resolve("squeezenet.dynamo_dynamic_external.onnx.data"));
    String source =
        "@Model @Onnx(\"small.onnx\")\npublic interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler("javac"), source, "-Ablockwork.onnx=models")).isEmpty();
    List<String> errors = compile(compiler("javac"), source);
    assertThat(errors.stream().filter(e -> e.contains("[BW370]")).collect(Collectors.toList()))
        .hasSize(1);
  }

  /** The folders that class files lie in are no places where anybody would put a model. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMissingFileIsToldWithTheFolderOfTheProject(boolean other) throws Exception {
    Files.createFile(project.resolve("pom.xml"));
    Path models = project.resolve("src/main/onnx");
    if (other) {
      Files.createDirectories(models);
      Files.createFile(models.resolve("resnet50.onnx"));
    }
    String source = "@Model @Onnx(\"resnet.onnx\")\npublic interface Net extends Network {}\n";
    List<String> errors = compile(compiler("javac"), source);
    assertThat(errors).hasSize(1);
    String there =
        other
            ? "the nearest name there is resnet50.onnx"
            : "there is no folder " + models + " either";
    assertThat(errors.get(0))
        .isEqualTo(
            "5: [BW370] there is no file resnet.onnx\n"
                + "    declared by @Onnx(\"resnet.onnx\")\n"
                + "    why: the path is one within src/main/onnx, or the folder that the option"
                + " -Ablockwork.onnx names: "
                + models.resolve("resnet.onnx")
                + " does not exist; "
                + there
                + "\n    fix: put the file there, or correct the path");
  }

  @Test
  void aFileWithoutANameIsTold() throws Exception {
    String source = "@Model @Onnx(\"\")\npublic interface Net extends Network {}\n";
    List<String> errors = compile(compiler("javac"), source);
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0)).startsWith("5: [BW370] there is no file \"\"\n");
  }

  @Test
  void aDamagedWeightFileIsToldWhenTheNetworkIsMade() throws Exception {
    file("squeezenet.dynamo_dynamic_external.onnx", "squeezenet.dynamo_dynamic_external.onnx.data");
    String source =
        "@Model @Onnx(\"squeezenet.dynamo_dynamic_external.onnx\")\n"
            + "public interface Net extends ImageClassifier {}\n";
    assertThat(compile(compiler("javac"), source)).isEmpty();
    Files.delete(project.resolve("target/classes/user/NetNetwork.safetensors"));
    inProject(
        type -> {
          IllegalStateException e =
              assertThrows(IllegalStateException.class, () -> Networks.create(type));
          assertThat(e).hasMessageThat().contains("has no NetNetwork.safetensors beside it");
          return 0;
        });
  }
}
