package io.blockwork.readme;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static com.google.testing.compile.Compiler.javac;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.processor.BlockworkProcessor;
import io.blockwork.readme.UserProject.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void itsProjectBuildsAndRunsInAFreshFolder() throws Exception {
    UserProject project = project();

    Outcome build = project.maven("package");
    assertWithMessage(build.output()).that(build.exitCode()).isEqualTo(0);
    assertThat(
            Files.exists(
                project
                    .folder()
                    .resolve("target/generated-sources/annotations/com/example/TinyForward.java")))
        .isTrue();

    Outcome run = project.maven("compile", "exec:java");
    assertWithMessage(run.output()).that(run.exitCode()).isEqualTo(0);
    assertThat(run.output()).containsMatch("layer1\\.0\\R +conv1 +Conv2d");
    assertThat(run.output()).containsMatch("step 9: loss \\d");
    assertThat(run.output()).containsMatch("loaded \\d+ tensors");
    assertThat(Files.size(project.folder().resolve("tiny.safetensors"))).isGreaterThan(1000L);

    Outcome own = project.java("com.example.Own");
    assertWithMessage(own.output()).that(own.exitCode()).isEqualTo(0);
    assertThat(own.output()).contains("stage2.0.shortcut");
    assertThat(own.output()).contains("10 scores");

    Outcome birds = project.java("com.example.Birds");
    assertWithMessage(birds.output()).that(birds.exitCode()).isEqualTo(0);
    assertThat(birds.output()).contains("frozen [stem], head [fc]");
  }

  @Test
  void aWrongValueInItsNetworkIsAnErrorOfTheUsersBuild() throws Exception {
    UserProject project = project();
    String tiny = "src/main/java/com/example/Tiny.java";
    String source = Files.readString(project.folder().resolve(tiny));
    project.write(tiny, source.replace("blocks = {1, 1}", "blocks = {1, 0}"));

    Outcome build = project.maven("compile");

    assertThat(build.exitCode()).isNotEqualTo(0);
    assertThat(build.output()).contains("[BW103] stage 2 has 0 blocks");
    assertThat(build.output()).contains("Tiny.java:[10,");
  }

  @Test
  void withoutTheProcessorTheErrorShowsTheLinesForThePom() throws Exception {
    UserProject project = project();
    String pom = Files.readString(project.folder().resolve("pom.xml"));
    int from = pom.indexOf("        <configuration>");
    int to = pom.indexOf("</configuration>") + "</configuration>\n".length();
    project.write("pom.xml", pom.substring(0, from) + pom.substring(to));
    assertThat(project.maven("package").exitCode()).isEqualTo(0);

    Outcome run = project.java("com.example.Demo");

    assertThat(run.exitCode()).isNotEqualTo(0);
    assertThat(run.output()).contains("the annotation processor did not run");
    assertThat(run.output()).contains("<artifactId>blockwork-processor</artifactId>");
  }

  /** The first one is no file, but what the page begins with. */
  @Test
  void itsJavaCompilesAndItsBlockIsGenerated() throws IOException {
    Readme readme = Readme.open();
    List<String> others = new ArrayList<>(readme.blocks("java"));
    others.removeAll(readme.files().values());
    assertThat(others).hasSize(1);
    for (String network : others.get(0).split("\\R\\R")) {
      String name = network.replaceAll("(?s).*interface (\\w+) .*", "$1");
      Compilation compilation =
          javac()
              .withProcessors(new BlockworkProcessor())
              .compile(JavaFileObjects.forSourceString(name, "import io.blockwork.*;\n" + network));
      assertThat(compilation.errors()).isEmpty();
      if (name.equals("ResNet50")) {
        String forward =
            compilation
                .generatedSourceFile("ResNet50Forward")
                .orElseThrow()
                .getCharContent(false)
                .toString();
        List<String> shown =
            readme.blocks("text").get(0).lines().filter(line -> line.startsWith("conv")).toList();
        assertThat(shown).hasSize(3);
        shown.forEach(line -> assertThat(forward).contains(line));
      }
    }
  }

  @Test
  void itsErrorIsWhatTheCompilerPrints() throws IOException {
    String error = Readme.open().error();
    String annotation = error.lines().skip(1).findFirst().orElseThrow();

    Compilation compilation =
        javac()
            .withProcessors(new BlockworkProcessor())
            .compile(
                JavaFileObjects.forSourceString(
                    "Small",
                    "import io.blockwork.*;\n"
                        + annotation
                        + "\npublic interface Small extends ImageClassifier {}"));

    String message = compilation.errors().get(0).getMessage(Locale.ROOT);
    List<String> printed = message.lines().map(String::strip).toList();
    List<String> shown = error.lines().map(String::strip).toList();
    assertThat(shown.get(0)).endsWith(printed.get(0));
    assertThat(shown.subList(3, shown.size())).isEqualTo(printed.subList(1, printed.size()));
    assertThat(compilation.errors().get(0).getColumnNumber())
        .isEqualTo(error.lines().skip(2).findFirst().orElseThrow().indexOf('^') + 1);
  }

  @Test
  void itsCommandsAreThoseThatContinuousIntegrationRuns() throws IOException {
    List<String> ci =
        Files.readAllLines(Path.of("..", ".ci", "run")).stream().map(String::strip).toList();

    for (String command : Readme.open().commands()) {
      assertWithMessage(command).that(ci).contains(command.replace("mvn ", "mvn -B "));
    }
  }

  private static UserProject project() throws IOException {
    assumeTrue(UserProject.canBeBuilt(), "the jars are not built: run mvn verify");
    Map<String, String> files = Readme.open().files();
    assertThat(files).containsKey("pom.xml");
    UserProject project = UserProject.create("readme");
    for (Map.Entry<String, String> file : files.entrySet()) {
      project.write(file.getKey(), file.getValue());
    }
    return project;
  }
}
