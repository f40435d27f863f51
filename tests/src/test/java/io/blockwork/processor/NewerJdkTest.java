package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.processor.Command.Outcome;
import io.blockwork.processor.Jdks.Jdk;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The processor under a JDK newer than the one that built it")
final class NewerJdkTest {
  private static final String HEAD =
      """
      package user;

      import io.blockwork.*;
      import org.nd4j.linalg.api.ndarray.INDArray;

      /** A network. */
      """;
  private static final String TINY = "stem = Stem.CIFAR, input = @Input(height = 8, width = 8))\n";

  private static final Map<String, String> SOURCES =
      Map.of(
          "Residual.java",
          HEAD
              + "@ResNet(blocks = {1, 2}, bottleneck = true, squeezeExcitation = 2, width = 4, "
              + TINY
              + """
              public interface Residual extends ImageClassifier {
                /**
                 * Features.
                 *
                 * @param images the images
                 * @return features
                 */
                @Output("layer1")
                INDArray early(INDArray images);

                /**
                 * Features of two stages.
                 *
                 * @param images the images
                 * @return features
                 */
                Two two(INDArray images);

                /**
                 * Two.
                 *
                 * @param a of the first stage
                 * @param b of the second one
                 */
                record Two(@Output("layer1") INDArray a, @Output("layer2") INDArray b) {}
              }
              """,
          "Dense.java",
          HEAD
              + "@DenseNet(growth = 4, blocks = {2, 2}, dropout = 0.2, memoryEfficient = true, "
              + TINY
              + "public interface Dense extends ImageClassifier {}\n",
          "Part.java",
          """
          package user;

          import io.blockwork.*;
          import io.blockwork.ops.*;

          @Block
          @interface Part {
            int out() default Block.REQUIRED;

            @Conv(bias = false) @With("out = out") interface zeta {}
            @BatchNorm interface alpha {}
            @Sequential interface group {
              @Relu interface omega {}
              @Conv(out = 5) interface beta {}
            }
          }
          """,
          "Composed.java",
          """
          package user;

          import io.blockwork.*;
          import io.blockwork.ops.*;

          @Model(input = @Input(height = 8, width = 8))
          interface Composed extends ImageClassifier {
            @Part(out = 4) interface part {}
            @GlobalAvgPool interface avgpool {}
            @Linear(out = 3) interface fc {}
          }
          """,
          "Wrong.java",
          HEAD
              + "@ResNet(blocks = {1, 0}, "
              + TINY
              + "public interface Wrong extends ImageClassifier {}\n");

  @TempDir Path folder;

  /** The release that is compiled for; 0 for the compiler's own. */
  @ParameterizedTest
  @ValueSource(ints = {17, 0})
  void compilesWithoutAWarningAndToTheSameBytes(int release) throws Exception {
    Jdk jdk = jdk();
    List<String> names = List.of("Residual.java", "Dense.java", "Part.java", "Composed.java");
    Outcome outcome = javac(jdk, release, names);
    assertEquals(0, outcome.exitCode(), outcome::output);
    assertEquals("", outcome.output());
    Map<String, String> sources = new TreeMap<>();
    for (String name : names) {
      sources.put("user/" + name, SOURCES.get(name));
    }
    assertEquals(Compiler.JAVAC.compile(sources).sources(), generated());
  }

  @ParameterizedTest
  @ValueSource(ints = 0)
  void pointsAtTheValueThatIsWrong(int release) throws Exception {
    Outcome outcome = javac(jdk(), release, List.of("Wrong.java"));
    assertEquals(1, outcome.exitCode(), outcome::output);
    assertTrue(outcome.output().contains("Wrong.java:7: error: [BW103] "), outcome::output);
    String annotation = "@ResNet(blocks = {1, 0}, ";
    String caret = " ".repeat(annotation.indexOf('0')) + "^";
    assertTrue(outcome.output().lines().anyMatch(caret::equals), outcome::output);
    assertTrue(outcome.output().contains("1 error"), outcome::output);
  }

  /** Class files of one compiler keep the order of nested types otherwise than another's. */
  @Test
  void blocksThatItCompiledAreUsedByTheOlderOne() throws Exception {
    Outcome outcome = javac(jdk(), 17, List.of("Part.java"));
    assertEquals(0, outcome.exitCode(), outcome::output);
    Map<String, String> net = Map.of("user/Composed.java", SOURCES.get("Composed.java"));
    Map<String, String> both = new TreeMap<>(net);
    both.put("user/Part.java", SOURCES.get("Part.java"));
    Map<String, String> expected = Compiler.JAVAC.compile(both).sources();
    expected.remove("user.PartNodes");
    String path = folder("classes") + File.pathSeparator + System.getProperty("java.class.path");
    for (Compiler compiler : Compiler.values()) {
      Compiler.Result apart = compiler.compile(net, "-cp", path);
      assertEquals(List.of(), apart.findings());
      assertEquals(expected, apart.sources());
    }
  }

  private static Jdk jdk() throws IOException {
    Optional<Jdk> jdk = Jdks.newer();
    assumeTrue(
        jdk.isPresent(),
        "no JDK newer than this one was found: name one by JAVA25_HOME or -Dblockwork.jdk25");
    return jdk.get();
  }

  private Outcome javac(Jdk jdk, int release, List<String> names)
      throws IOException, InterruptedException {
    String classPath = System.getProperty("java.class.path");
    List<String> command = new ArrayList<>();
    command.add(Command.tool(jdk.home(), "javac"));
    // Jars whose manifests name missing jars are not our concern, nor are unclaimed annotations.
    command.addAll(List.of("-Xlint:all,-path,-processing", "-Werror", "-Xdoclint:all/public"));
    command.addAll(List.of("-proc:full", "-processor", BlockworkProcessor.class.getName()));
    command.addAll(List.of("-processorpath", classPath, "-cp", classPath));
    command.addAll(release == 0 ? List.of() : List.of("--release", String.valueOf(release)));
    command.addAll(List.of("-d", folder("classes").toString(), "-s", folder("made").toString()));
    for (String name : names) {
      Path file = folder("src/user").resolve(name);
      command.add(Files.writeString(file, SOURCES.get(name)).toString());
    }
    return Command.run(command);
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  private Map<String, String> generated() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    Path made = folder("made");
    try (Stream<Path> files = Files.walk(made)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = "user." + file.getFileName().toString().replace(".java", "");
        sources.put(name, Files.readString(file));
      }
    }
    return sources;
  }
}
