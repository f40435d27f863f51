package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.processor.Command.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A user's named module, compiled and run in processes of their own. The jar of ND4J's API cannot
 * stand on the module path of a program: its module descriptor names packages that it does not
 * hold. So it stays on the class path when the program runs.
 */
@DisplayName("A network in a named module")
final class NamedModuleTest {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final String CLASS_PATH = System.getProperty("java.class.path");

  private static final String NET =
      """
      package user;

      import io.blockwork.*;

      @ResNet(
          blocks = 1,
          width = 2,
          classes = 3,
          stem = Stem.CIFAR,
          input = @Input(height = 4, width = 4))
      public interface Net extends ImageClassifier {}
      """;
  private static final String MAIN =
      """
      package user;

      import io.blockwork.Networks;
      import java.util.Arrays;
      import org.nd4j.linalg.api.buffer.DataType;
      import org.nd4j.linalg.factory.Nd4j;

      public final class Main {
        public static void main(String[] args) {
          var images = Nd4j.ones(DataType.FLOAT, 2, 3, 4, 4);
          try (Net made = NetNetwork.create();
              Net found = Networks.create(Net.class)) {
            boolean same = made.forward(images).equalsWithEps(found.forward(images), 1e-5);
            String shape = Arrays.toString(made.forward(images).shape());
            System.out.println(shape + " " + same + " " + Main.class.getModule());
          }
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void isCompiledAndRunAsAModuleWithNd4jOnTheClassPath() throws Exception {
    String reads = "--add-reads=user=ALL-UNNAMED";
    String descriptor =
        "module user { requires io.blockwork; requires jdk.unsupported; opens user to io.blockwork;"
            + " }";
    Path runtime = runtime();
    compile(descriptor, "-p", runtime.toString(), "-cp", CLASS_PATH, reads);
    String modules = classes() + File.pathSeparator + runtime;
    Outcome run = java("-p", modules, "-cp", CLASS_PATH, reads, "-m", "user/user.Main");
    assertEquals(0, run.exitCode(), run::output);
    assertTrue(run.output().contains("[2, 3] true module user"), run::output);
  }

  @Test
  void isCompiledAgainstModulesAndRunOnTheClassPath() throws Exception {
    String nd4j =
        Arrays.stream(CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> Path.of(entry).getFileName().toString().startsWith("nd4j-api-"))
            .collect(Collectors.joining(File.pathSeparator));
    compile(
        "module user { requires io.blockwork; requires nd4j.api; }",
        "-p",
        runtime() + File.pathSeparator + nd4j);
    Outcome run = java("-cp", classes() + File.pathSeparator + CLASS_PATH, "user.Main");
    assertEquals(0, run.exitCode(), run::output);
    assertTrue(run.output().contains("[2, 3] true unnamed module"), run::output);
  }

  /** The companion of the block, which is not public, is read in another module. */
  @Test
  void takesBlocksFromANamedModuleOfTheirOwn() throws Exception {
    Path parts = folder.resolve("parts");
    Path runtime = runtime();
    compile(
        parts,
        Map.of(
            "module-info",
            "module parts { requires io.blockwork; exports parts; }",
            "Part",
            """
            package parts;

            import io.blockwork.*;
            import io.blockwork.ops.*;

            @Block
            public @interface Part {
              int out() default Block.REQUIRED;

              @Conv(bias = false) @With("out = out") interface zeta {}
              @BatchNorm interface alpha {}
              @Relu interface omega {}
            }
            """),
        "-p",
        runtime.toString());
    String reads = "--add-reads=user=ALL-UNNAMED";
    String modules = parts + File.pathSeparator + runtime;
    compile(
        classes(),
        Map.of(
            "module-info",
            "module user { requires io.blockwork; requires parts; requires jdk.unsupported; opens"
                + " user to io.blockwork; }",
            "Main",
            MAIN,
            "Net",
            """
            package user;

            import io.blockwork.*;
            import io.blockwork.ops.*;
            import parts.Part;

            @Model(input = @Input(height = 4, width = 4))
            public interface Net extends ImageClassifier {
              @Part(out = 2) interface part {}
              @GlobalAvgPool interface avgpool {}
              @Linear(out = 3) interface fc {}
            }
            """),
        "-p",
        modules,
        "-cp",
        CLASS_PATH,
        reads);
    String path = classes() + File.pathSeparator + modules;
    Outcome run = java("-p", path, "-cp", CLASS_PATH, reads, "-m", "user/user.Main");
    assertEquals(0, run.exitCode(), run::output);
    assertTrue(run.output().contains("[2, 3] true module user"), run::output);
  }

  /** A module of the runtime, as its jar is one. */
  private Path runtime() throws IOException {
    Path jar = folder.resolve("blockwork-runtime.jar");
    Modules.jar(jar, "io.blockwork", Network.class);
    return jar;
  }

  private Path classes() {
    return folder.resolve("classes");
  }

  private void compile(String descriptor, String... options) throws Exception {
    compile(classes(), Map.of("module-info", descriptor, "Net", NET, "Main", MAIN), options);
  }

  /** Compiles sources, by the names of their files. */
  private void compile(Path out, Map<String, String> texts, String... options) throws Exception {
    Path sources = Files.createDirectories(folder.resolve("src-of-" + out.getFileName()));
    List<String> command = new ArrayList<>(List.of(Command.tool(JDK, "javac")));
    command.addAll(List.of("-processorpath", CLASS_PATH));
    command.addAll(List.of("-processor", BlockworkProcessor.class.getName()));
    command.addAll(List.of("-d", out.toString()));
    command.addAll(List.of(options));
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Path file = sources.resolve(text.getKey() + ".java");
      command.add(Files.writeString(file, text.getValue()).toString());
    }
    Outcome outcome = Command.run(command);
    assertEquals(0, outcome.exitCode(), outcome::output);
  }

  private static Outcome java(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(Command.tool(JDK, "java"), "-Xmx512m"));
    command.addAll(List.of(arguments));
    return Command.run(command);
  }
}
