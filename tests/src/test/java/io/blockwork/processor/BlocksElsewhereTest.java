package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.processor.Compiler.Result;
import io.blockwork.processor.spec.Message;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Blocks work from class files, in the order of their source")
final class BlocksElsewhereTest {
  private static final Map<String, String> BLOCK =
      Map.of(
          "parts/Part.java",
          """
          package parts;

          import io.blockwork.*;
          import io.blockwork.ops.*;

          /** Convolution and norm. It has a second sentence. */
          @Block
          public @interface Part {
            int out() default Block.REQUIRED;

            @Conv(bias = false) @With("out = out") interface zeta {}
            @BatchNorm interface alpha {}
            @Sequential interface group {
              @Relu interface omega {}
              @Conv(out = 5) interface beta {}
              @BatchNorm interface gamma {}
            }
            @Sigmoid interface end {}
          }
          """);

  private static final Map<String, String> USER =
      Map.of(
          "user/Net.java",
          """
          package user;

          import io.blockwork.*;
          import io.blockwork.ops.*;
          import parts.Part;

          @Model(input = @Input(height = 8, width = 8))
          public interface Net extends ImageClassifier {
            @Part(out = 4) interface part {}
            @GlobalAvgPool interface avgpool {}
            @Linear(out = 3) interface fc {}
          }
          """);

  @ParameterizedTest(name = "compiled by {0}, used under {1}")
  @CsvSource({"JAVAC, JAVAC", "JAVAC, ECJ", "ECJ, JAVAC", "ECJ, ECJ"})
  void fromAJarWithoutSourcesAsFromSource(Compiler block, Compiler user, @TempDir Path jar)
      throws IOException {
    Map<String, String> both = new java.util.HashMap<>(BLOCK);
    both.putAll(USER);
    Result together = user.compile(both);
    assertEquals(List.of(), together.findings());
    Result parts = block.compile(BLOCK);
    assertEquals(List.of(), parts.findings());
    Result apart = compileAgainst(parts, user, jar, true);
    assertEquals(List.of(), apart.findings());
    assertEquals(networks(together), networks(apart));
    assertTrue(
        together.source("user.NetForward").contains("part"),
        () -> together.source("user.NetForward"));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Shows(Message.NO_COMPANION)
  void withoutTheCompanionTheErrorSaysWhatToDo(Compiler compiler, @TempDir Path jar)
      throws IOException {
    Result used = compileAgainst(Compiler.JAVAC.compile(BLOCK), compiler, jar, false);
    assertEquals(1, used.findings().size(), used.findings()::toString);
    assertEquals(Message.NO_COMPANION.code(), used.findings().get(0).code());
    assertEquals(9, used.findings().get(0).line());
  }

  @Test
  void aCompanionTellsTheOrderAndTheSummary() {
    String companion = Compiler.JAVAC.compile(BLOCK).source("parts.PartNodes");
    assertTrue(companion.contains("summary = \"Convolution and norm\""), companion);
    assertTrue(
        companion
            .replaceAll("\\s+", " ")
            .contains(
                "nodes = {\"zeta\", \"alpha\", \"group\", \"group.omega\", \"group.beta\","
                    + " \"group.gamma\", \"end\"}"),
        companion);
  }

  /** What is generated for the network alone. */
  private static Map<String, String> networks(Result result) {
    Map<String, String> sources = new java.util.TreeMap<>(result.sources());
    sources.remove("parts.PartNodes");
    return sources;
  }

  private static Result compileAgainst(
      Result parts, Compiler compiler, Path classes, boolean companion) throws IOException {
    for (Map.Entry<String, byte[]> type : parts.classes().entrySet()) {
      Path file = classes.resolve(type.getKey().replace('.', '/') + ".class");
      Files.createDirectories(file.getParent());
      if (companion || !type.getKey().endsWith("Nodes")) {
        Files.write(file, type.getValue());
      }
    }
    String path = classes + File.pathSeparator + System.getProperty("java.class.path");
    return compiler.compile(USER, "-cp", path);
  }
}
