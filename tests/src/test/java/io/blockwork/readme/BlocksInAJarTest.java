package io.blockwork.readme;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.readme.UserProject.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The example project whose blocks come from another jar")
class BlocksInAJarTest {
  private static final Path EXAMPLE = Path.of("..", "examples", "blocks-in-a-jar");

  @Test
  void buildsAndRunsWithoutTheSourcesOfTheBlocks() throws Exception {
    assumeTrue(UserProject.canBeBuilt(), "the jars are not built: run mvn verify");
    UserProject project = UserProject.create("blocks-in-a-jar");
    copy(project);

    Outcome run = project.maven("package", "exec:java");

    assertWithMessage(run.output()).that(run.exitCode()).isEqualTo(0);
    assertThat(run.output()).containsMatch("stage2\\.2\\.projection\\R +conv +Conv2d");
    assertThat(run.output()).contains("5 scores");
    try (JarFile jar =
        new JarFile(project.folder().resolve("blocks/target/blocks-1.jar").toFile())) {
      List<String> entries = jar.stream().map(ZipEntry::getName).toList();
      assertThat(entries).contains("com/example/blocks/InvertedNodes.class");
      assertThat(entries.stream().filter(name -> name.endsWith(".java")).toList()).isEmpty();
    }
    Path generated = project.folder().resolve("app/target/generated-sources/annotations");
    assertThat(Files.readString(generated.resolve("com/example/app/FlowersForward.java")))
        .contains("depthwise");
  }

  private static void copy(UserProject project) throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path path = EXAMPLE.relativize(file);
        if (!path.startsWith("app/target") && !path.startsWith("blocks/target")) {
          project.write(path.toString(), Files.readString(file));
        }
      }
    }
  }
}
