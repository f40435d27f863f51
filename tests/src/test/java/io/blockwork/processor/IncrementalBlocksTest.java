package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.blockwork.processor.Compiler.Result;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What Gradle and Eclipse do after a change: they hand the compiler some sources again, with the
 * class files of the rest, and those of the build before, on the class path.
 */
@DisplayName("Blocks and their users in incremental builds")
final class IncrementalBlocksTest {
  private static final String BLOCK =
      """
      package user;

      import io.blockwork.*;
      import io.blockwork.ops.*;

      @Block
      public @interface Part {
        int out() default Block.REQUIRED;

        @Conv(kernel = 3, padding = 1) @With("out = out") interface zeta {}
        @BatchNorm interface alpha {}
        @Relu interface omega {}
        @MaxPool(kernel = 2) interface beta {}
      }
      """;

  /** The same nodes in another order. */
  private static final String CHANGED =
      """
      package user;

      import io.blockwork.*;
      import io.blockwork.ops.*;

      @Block
      public @interface Part {
        int out() default Block.REQUIRED;

        @MaxPool(kernel = 2) interface beta {}
        @BatchNorm interface alpha {}
        @Conv(kernel = 3, padding = 1) @With("out = out") interface zeta {}
        @Relu interface omega {}
      }
      """;

  private static final String NET =
      """
      package user;

      import io.blockwork.*;
      import io.blockwork.ops.*;

      @Model(input = @Input(height = 8, width = 8))
      public interface Net extends ImageClassifier {
        @Part(out = 4) interface part {}
        @GlobalAvgPool interface avgpool {}
        @Linear(out = 3) interface fc {}
      }
      """;

  private static final String PART_FILE = "user/Part.java";
  private static final String NET_FILE = "user/Net.java";

  @TempDir Path output;

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void everyFileStemsFromTheBlockOrFromTheNetwork(Compiler compiler) {
    var watched = new Environments.Wrapped(new BlockworkProcessor(), name -> {});
    Result result = compiler.compile(both(BLOCK), List.of(watched, new ClaimProcessor()));
    assertEquals(List.of(), result.findings());
    assertEquals(
        Map.of(
            "user.PartNodes", List.of("user.Part"),
            "user.NetNetwork", List.of("user.Net"),
            "NetNetwork.graph", List.of("user.Net"),
            "user.NetForward", List.of("user.Net"),
            "user.NetBackward", List.of("user.Net")),
        watched.origins());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void onlyTheUserIsCompiledAgain(Compiler compiler) throws IOException {
    Result whole = compiler.compile(both(BLOCK));
    keep(whole, "user.Part");
    String changed = NET.replace("out = 3", "out = 7");
    Result again = again(compiler, Map.of(NET_FILE, changed));
    assertEquals(List.of(), again.findings());
    Map<String, String> clean =
        compiler.compile(Map.of(PART_FILE, BLOCK, NET_FILE, changed)).sources();
    assertNotEquals(whole.sources(), clean);
    clean.remove("user.PartNodes");
    assertEquals(clean, again.sources());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void onlyTheBlockIsCompiledAgainThenItsUser(Compiler compiler) throws IOException {
    keep(compiler.compile(both(BLOCK)), "user.Net");
    Result block = again(compiler, Map.of(PART_FILE, CHANGED));
    assertEquals(List.of(), block.findings());
    assertEquals(Set.of("user.PartNodes"), block.sources().keySet());
    keep(block, "user.Part");
    // Both tools delete what was made of a class before they compile it again.
    for (String name : List.of("Net", "NetNetwork", "NetForward", "NetBackward")) {
      Files.delete(output.resolve("user").resolve(name + ".class"));
    }
    Result user = again(compiler, Map.of(NET_FILE, NET));
    assertEquals(List.of(), user.findings());
    Map<String, String> all = new TreeMap<>(block.sources());
    all.putAll(user.sources());
    assertEquals(compiler.compile(both(CHANGED)).sources(), all);
  }

  /** A block's order is that of its source, whatever an old companion says. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void oldClassFilesOfTheBlockDoNotCount(Compiler compiler) throws IOException {
    Result old = compiler.compile(both(BLOCK));
    keep(old, "user.Part");
    // ECJ makes no class that it finds on its class path; the tools that run it delete it before.
    if (compiler == Compiler.ECJ) {
      Files.delete(output.resolve("user/PartNodes.class"));
    }
    Result both = again(compiler, both(CHANGED));
    assertEquals(List.of(), both.findings());
    assertEquals(compiler.compile(both(CHANGED)).sources(), both.sources());
  }

  private static Map<String, String> both(String block) {
    return Map.of(PART_FILE, block, NET_FILE, NET);
  }

  /** Writes the classes whose names begin so to the folder of the build's output. */
  private void keep(Result result, String prefix) throws IOException {
    for (Map.Entry<String, byte[]> type : result.classes().entrySet()) {
      if (type.getKey().startsWith(prefix)) {
        Path file = output.resolve(type.getKey().replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        Files.write(file, type.getValue());
      }
    }
  }

  private Result again(Compiler compiler, Map<String, String> sources) {
    String path = output + File.pathSeparator + System.getProperty("java.class.path");
    return compiler.compile(sources, "-cp", path);
  }
}
