package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.graph.Graph;
import io.blockwork.graph.text.GraphText;
import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.Compiler.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Generated;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The processor lives well in every build")
final class BuildsTest {
  private static final String INPUT = "stem = Stem.CIFAR, input = @Input(height = 8, width = 8))\n";
  private static final String IMPORTS = "import io.blockwork.*;\n";
  private static final Map<String, String> TWO =
      Map.of(
          "user/A.java",
          "package user;\n"
              + IMPORTS
              + "/** A. */\n@ResNet(blocks = {1, 1}, bottleneck = true, width = 4, "
              + INPUT
              + "public interface A extends ImageClassifier {}\n",
          "user/B.java",
          "package user;\n"
              + IMPORTS
              + "/** B. */\n@DenseNet(growth = 4, blocks = {2, 2}, dropout = 0.2, "
              + INPUT
              + "public interface B extends ImageClassifier {}\n");

  /** Methods for features in no alphabetical order, one of them with a record. */
  private static final Map<String, String> WITH_FEATURES =
      Map.of(
          "user/WithFeatures.java",
          "package user;\n"
              + IMPORTS
              + "import org.nd4j.linalg.api.ndarray.INDArray;\n"
              + "@ResNet(blocks = {1, 1}, width = 2, "
              + INPUT
              + "public interface WithFeatures extends ImageClassifier {\n"
              + "  @Output(\"layer2\") INDArray zebra(INDArray images);\n"
              + "  Pyramid pyramid(INDArray images);\n"
              + "  @Output(\"conv1\") INDArray apple(INDArray images);\n"
              + "  record Pyramid(@Output(\"layer2\") INDArray z, @Output(\"layer1\") INDArray a)"
              + " {}\n"
              + "}\n");

  @Test
  void isDeclaredIsolatingForGradle() throws IOException {
    String path = "META-INF/gradle/incremental.annotation.processors";
    try (InputStream in = BlockworkProcessor.class.getClassLoader().getResourceAsStream(path)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      assertEquals(
          BlockworkProcessor.class.getName()
              + ",isolating\n"
              + ClaimProcessor.class.getName()
              + ",isolating",
          text);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyFileStemsFromOneInterface(Compiler compiler) {
    var watched = new Environments.Wrapped(new BlockworkProcessor(), name -> {});
    assertEquals(List.of(), compiler.compile(TWO, List.of(watched)).findings());
    Map<String, List<String>> expected = new TreeMap<>();
    for (String suffix : List.of("Network", "Forward", "Backward")) {
      expected.put("user.A" + suffix, List.of("user.A"));
      expected.put("user.B" + suffix, List.of("user.B"));
    }
    expected.put("ANetwork.graph", List.of("user.A"));
    expected.put("BNetwork.graph", List.of("user.B"));
    assertEquals(expected, new TreeMap<>(watched.origins()));
  }

  @ParameterizedTest
  @EnumSource
  void passesSheetsAndPlaceholdersStemFromOneInterfaceToo(Compiler compiler) {
    var watched = new Environments.Wrapped(new BlockworkProcessor(), name -> {});
    Map<String, String> sources = new TreeMap<>(WITH_FEATURES);
    sources.put(
        "user/Broken.java",
        "package user;\n"
            + IMPORTS
            + "@ResNet(blocks = 0)\npublic interface Broken extends ImageClassifier {}\n");
    Result result = compiler.compile(sources, List.of(watched), "-Ablockwork.report=true");
    assertEquals(1, result.findings().size(), result::toString);
    Map<String, List<String>> expected = new TreeMap<>();
    for (String made : List.of("Network", "Forward", "Backward", "Zebra", "Pyramid", "Apple")) {
      expected.put("user.WithFeatures" + made, List.of("user.WithFeatures"));
    }
    expected.put("WithFeatures.html", List.of("user.WithFeatures"));
    expected.put("WithFeaturesNetwork.graph", List.of("user.WithFeatures"));
    expected.put("user.BrokenNetwork", List.of("user.Broken"));
    assertEquals(expected, new TreeMap<>(watched.origins()));
  }

  @Test
  void featureMethodsInAnyOrderGiveTheSameBytesUnderBothCompilers() {
    Map<String, String> javac = Compiler.JAVAC.compile(WITH_FEATURES).sources();
    assertEquals(6, javac.size(), javac.keySet()::toString);
    assertEquals(javac, Compiler.ECJ.compile(WITH_FEATURES).sources());
    String network = Objects.requireNonNull(javac.get("user.WithFeaturesNetwork"));
    int zebra = network.indexOf("INDArray zebra(");
    int pyramid = network.indexOf("Pyramid pyramid(");
    int apple = network.indexOf("INDArray apple(");
    assertTrue(0 < zebra && zebra < pyramid && pyramid < apple, network);
  }

  @ParameterizedTest
  @EnumSource
  void whatNetworksInheritIsNoStrayOutput(Compiler compiler) {
    Map<String, String> sources =
        Map.of(
            "user/Late.java",
            "package user;\n"
                + IMPORTS
                + "import org.nd4j.linalg.api.ndarray.INDArray;\n"
                + "interface Late extends Early { @Output(\"layer2\") INDArray late(INDArray i);"
                + " }\n"
                + "interface Early { @Output(\"layer1\") INDArray early(INDArray images); }\n"
                + "@ResNet(blocks = {1, 1}, width = 2, "
                + INPUT
                + "interface Net extends ImageClassifier, Late {}\n");
    Result result = compiler.compile(sources);
    assertEquals(List.of(), result.findings());
    assertTrue(result.classes().containsKey("user.NetEarly"), result.classes()::toString);
  }

  @ParameterizedTest
  @EnumSource
  void staticMethodsMayBeCalledAsTheFactories(Compiler compiler) {
    String source =
        "package user;\n"
            + IMPORTS
            + "@ResNet(blocks = 1, width = 2, "
            + INPUT
            + "public interface Net extends ImageClassifier {\n"
            + "  int layersTap = 3;\n"
            + "  static Net create() { return NetNetwork.create(); }\n"
            + "  static Net create(NetworkOptions options) { return NetNetwork.create(options); }\n"
            + "  static Net pretrained() { return create(); }\n"
            + "  static String compiledArchitecture() { return \"\"; }\n"
            + "  default String create(String name) { return name; }\n"
            + "  class Features {}\n"
            + "  @Output(\"layer1\") org.nd4j.linalg.api.ndarray.INDArray layers(\n"
            + "      org.nd4j.linalg.api.ndarray.INDArray images);\n"
            + "  @Output(\"conv1\") org.nd4j.linalg.api.ndarray.INDArray features(\n"
            + "      org.nd4j.linalg.api.ndarray.INDArray images);\n"
            + "  @Output(\"conv1\") org.nd4j.linalg.api.ndarray.INDArray network(\n"
            + "      org.nd4j.linalg.api.ndarray.INDArray images);\n"
            + "}\n";
    assertEquals(List.of(), compiler.compile(Map.of("user/Net.java", source)).findings());
  }

  @ParameterizedTest
  @EnumSource
  void aChangedInterfaceIsCompiledAlone(Compiler compiler) {
    Map<String, String> all = compiler.compile(TWO).sources();
    String changed =
        Objects.requireNonNull(TWO.get("user/B.java")).replace("growth = 4", "growth = 6");
    Map<String, String> one = compiler.compile(Map.of("user/B.java", changed)).sources();
    assertEquals(Set.of("user.BBackward", "user.BForward", "user.BNetwork"), one.keySet());
    one.forEach((name, text) -> assertNotEquals(all.get(name), text));
    Map<String, String> both = new TreeMap<>(TWO);
    both.put("user/B.java", changed);
    Map<String, String> whole = new TreeMap<>(all);
    whole.putAll(one);
    assertEquals(whole, compiler.compile(both).sources());
  }

  @Test
  void bothCompilersAndEveryRunGiveTheSameBytes() {
    Map<String, String> first = Compiler.JAVAC.compile(TWO).sources();
    assertEquals(6, first.size());
    assertEquals(first, Compiler.JAVAC.compile(TWO).sources());
    assertEquals(first, Compiler.ECJ.compile(TWO).sources());
  }

  @Test
  void theGraphBesideANetworkIsTheSameUnderBothCompilers() {
    Map<String, String> graphs = Compiler.JAVAC.compile(TWO).graphs();
    assertEquals(Set.of("user.ANetwork", "user.BNetwork"), graphs.keySet());
    assertEquals(graphs, Compiler.ECJ.compile(TWO).graphs());
    Graph graph = GraphText.read(Objects.requireNonNull(graphs.get("user.ANetwork")));
    assertTrue(graph.modules().contains("layer2.0.downsample.1"), graph.modules()::toString);
  }

  @ParameterizedTest
  @EnumSource
  void theGraphCanBeLeftOut(Compiler compiler) {
    Result result = compiler.compile(TWO, "-Ablockwork.graph=false");
    assertEquals(List.of(), result.findings());
    assertEquals(Map.of(), result.graphs());
    assertEquals(6, result.sources().size());
  }

  @Test
  void generatedCodeHasNoWarningsEvenWithAllLints() {
    Result result =
        Compiler.JAVAC.compile(
            TWO, "-Xlint:all,-path,-processing", "-Werror", "-Xdoclint:all/public");
    assertEquals(List.of(), result.findings());
  }

  @Test
  void claimsItsOwnAnnotationsAndNoOthers() {
    // javac lists the annotations that no processor has claimed.
    List<Finding> findings = Compiler.JAVAC.compile(TWO, "-Xlint:processing").findings();
    assertEquals(1, findings.size(), findings::toString);
    String unclaimed = findings.get(0).text();
    assertTrue(unclaimed.endsWith("javax.annotation.processing.Generated"), unclaimed);
  }

  /** Collects the types that are marked as generated. */
  private static final class GeneratedTypes extends AbstractProcessor {
    private final Set<String> seen = new TreeSet<>();

    @Override
    public Set<String> getSupportedAnnotationTypes() {
      return Set.of(Generated.class.getName());
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      for (TypeElement annotation : annotations) {
        round.getElementsAnnotatedWith(annotation).forEach(type -> seen.add(type.toString()));
      }
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource
  void laterProcessorsSeeWhatIsMarkedAsGenerated(Compiler compiler) {
    Map<String, String> sources = new TreeMap<>(TWO);
    sources.put(
        "user/Mine.java",
        "package user;\n@javax.annotation.processing.Generated(\"tool\")\nclass Mine {}\n");
    var later = new GeneratedTypes();
    Result result = compiler.compile(sources, List.of(new BlockworkProcessor(), later));
    assertEquals(List.of(), result.findings());
    Set<String> expected = new TreeSet<>(result.sources().keySet());
    expected.add("user.Mine");
    assertEquals(expected, later.seen);
  }

  @ParameterizedTest
  @EnumSource
  void worksInTheDefaultPackageAndForNestedInterfaces(Compiler compiler) {
    Result result =
        compiler.compile(
            Map.of(
                "Outer.java",
                IMPORTS
                    + "public class Outer {\n"
                    + "  public static class Mid {\n@ResNet(blocks = 1, width = 2, "
                    + INPUT
                    + "    protected interface Net extends ImageClassifier {}\n"
                    + "  }\n"
                    + "  Mid.Net net = Outer_Mid_NetNetwork.create();\n"
                    + "}\n"
                    + "@DenseBlock(channels = 2, growth = 2, layers = 1,"
                    + " input = @Input(channels = 2, height = 4, width = 4))\n"
                    + "interface Plain extends Network {}\n"));
    assertEquals(List.of(), result.findings());
    assertTrue(result.classes().containsKey("PlainNetwork"), result.classes()::toString);
    assertFalse(result.source("Outer_Mid_NetNetwork").contains("public final class"));
  }

  @ParameterizedTest
  @EnumSource
  void namesOfTheUserDoNotGetInTheWay(Compiler compiler) {
    Result result =
        compiler.compile(
            Map.of(
                "user/Architecture.java",
                "package user;\n"
                    + "@io.blockwork.ResNet(blocks = 1, width = 2,"
                    + " input = @io.blockwork.Input(height = 40, width = 40))\n"
                    + "public interface Architecture extends io.blockwork.ImageClassifier {\n"
                    + "  interface NetworkOptions {}\n"
                    + "  class ForwardPass {}\n"
                    + "}\n"
                    + "class Tensor {}\n"
                    + "class Conv {}\n"));
    assertEquals(List.of(), result.findings());
  }

  /** Generates an annotated interface, and one that another extends. */
  private static final class OtherProcessor extends AbstractProcessor {
    private boolean done;

    @Override
    public Set<String> getSupportedAnnotationTypes() {
      return Set.of("*");
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      if (!done) {
        done = true;
        write("Base", "public interface Base extends io.blockwork.ImageClassifier {}");
        write(
            "Made",
            Objects.requireNonNull(TWO.get("user/A.java"))
                .replace("interface A", "interface Made"));
      }
      return false;
    }

    private void write(String name, String text) {
      String head = text.startsWith("package") ? "" : "package user;\n";
      try (Writer writer = processingEnv.getFiler().createSourceFile("user." + name).openWriter()) {
        writer.write(head + text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void waitsForWhatOtherProcessorsGenerate(Compiler compiler) {
    String source =
        "package user;\n"
            + IMPORTS
            + "@ResNet(blocks = 1, width = 2, "
            + INPUT
            + "public interface Late extends Base {}\n"
            + "@Deprecated\ninterface Old {}\n";
    for (boolean first : List.of(true, false)) {
      List<AbstractProcessor> processors =
          first
              ? List.of(new BlockworkProcessor(), new OtherProcessor())
              : List.of(new OtherProcessor(), new BlockworkProcessor());
      Result result = compiler.compile(Map.of("user/Late.java", source), processors);
      assertEquals(List.of(), result.findings());
      assertTrue(result.classes().containsKey("user.LateNetwork"));
      assertTrue(result.classes().containsKey("user.MadeNetwork"));
    }
  }

  @Test
  void anInterfaceMayMentionItsOwnNetwork() {
    String source =
        "package user;\n"
            + IMPORTS
            + "@ResNet(blocks = 1, width = 2, "
            + INPUT
            + "public interface Own extends ImageClassifier {\n"
            + "  static OwnNetwork make() {\n    return OwnNetwork.create();\n  }\n}\n";
    for (Compiler compiler : Compiler.values()) {
      List<Finding> findings = compiler.compile(Map.of("user/Own.java", source)).findings();
      assertEquals(List.of(), findings);
    }
  }

  @Test
  void generatedClassesAreForJava17() {
    byte[] bytes = Compiler.JAVAC.compile(TWO).classes().get("user.ANetwork");
    assertArrayEquals(new byte[] {0, 0, 0, 61}, Arrays.copyOfRange(bytes, 4, 8));
  }

  @Test
  void worksInANamedModule() throws IOException {
    // Of the runtime a module is made as its jar would be; ND4J stays on the class path.
    Path jar = Files.createTempFile("blockwork-runtime", ".jar");
    try {
      Modules.jar(jar, "io.blockwork", Network.class);
      Map<String, String> sources = new TreeMap<>(TWO);
      sources.put("module-info.java", "module user { requires io.blockwork; }");
      Result result =
          Compiler.JAVAC.compile(
              sources,
              "--module-path",
              jar.toString(),
              "-cp",
              System.getProperty("java.class.path"),
              "--add-reads",
              "user=ALL-UNNAMED");
      assertEquals(List.of(), result.findings());
      // The annotation stands in java.compiler, which this module does not require.
      assertFalse(result.source("user.ANetwork").contains("@Generated"));
    } finally {
      Files.delete(jar);
    }
  }
}
