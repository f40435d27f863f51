package io.blockwork.examples;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.examples.training.Examples;
import io.blockwork.jvm.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The process ends by itself with its own code: in Maven's, which runs the examples, nothing more
 * is printed then.
 */
@DisplayName("An example that fails")
final class FailedExampleTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10 --data nowhere",
        "fine-tune --data nowhere",
        "fine-tune --data empty --weights nowhere.th",
        "gradient-flow --data nowhere",
        "predict --network resnet20 --weights nowhere.pth photo.jpg",
        "predict --network resnet20 --weights empty photo.jpg",
      })
  void printsOneLineAndLeavesNothing(String arguments) throws Exception {
    Files.createDirectory(folder.resolve("empty"));
    Path printed = folder.resolve("printed.txt");
    Process process =
        new ProcessBuilder(
                ChildJvm.command(
                    List.of(
                        "-Djava.awt.headless=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                    Examples.class,
                    (Object[]) arguments.split(" ", -1)))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    int code = process.waitFor();
    String output = Files.readString(printed, StandardCharsets.UTF_8);
    assertWithMessage(output).that(code).isEqualTo(1);
    assertThat(output.lines().toList()).hasSize(1);
    assertThat(output).startsWith("error: ");
    assertThat(output).contains(folder.toRealPath().toString());
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()).toList())
          .containsExactly("empty", "printed.txt");
    }
  }
}
