package io.blockwork.readme;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.onnx.exporter.OnnxExport;
import io.blockwork.processor.BlockworkProcessor;
import io.blockwork.readme.UserProject.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the page on ONNX tells users to put into their builds. */
@DisplayName("A user's project with an ONNX file")
class OnnxProjectTest {
  private static final Path PAGE = Path.of("..", "runtime", "onnx", "README.md");
  private static final Pattern PLUGIN =
      Pattern.compile("```xml\\R(<plugin>.*?</plugin>)\\R```", Pattern.DOTALL);
  private static final Pattern GRADLE = Pattern.compile("```kotlin\\R(.*?)```", Pattern.DOTALL);

  /** A network that is exported, so that there is a file. */
  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      input = @Input(height = 32, width = 32),
      classes = 10)
  interface Exported extends ImageClassifier {}

  private static String found(Pattern pattern) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(PAGE));
    assertTrue(matcher.find());
    return matcher.group(1);
  }

  /** Writes other weights into the model, and returns the digest of the file. */
  private static String export(UserProject project, long seed) throws Exception {
    Path folder = Files.createDirectories(project.folder().resolve("src/main/onnx"));
    Path model = folder.resolve("resnet50.onnx");
    try (Exported net = Networks.create(Exported.class, NetworkOptions.defaults().seed(seed))) {
      OnnxExport.of(net).to(model);
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void isCompiledAnewWhenTheModelChanges() throws Exception {
    assumeTrue(UserProject.canBeBuilt(), "the jars are not built: run mvn verify");
    UserProject project = UserProject.create("onnx");
    Map<String, String> files = Readme.open().files();
    String pom = String.valueOf(files.get("pom.xml"));
    project.write("pom.xml", pom.replace("<plugins>", "<plugins>" + found(PLUGIN)));
    project.write(
        "src/main/java/com/example/ResNet50.java",
        """
        package com.example;

        import io.blockwork.*;

        @Model
        @Onnx("resnet50.onnx")
        public interface ResNet50 extends ImageClassifier {}
        """);
    Path generated =
        project
            .folder()
            .resolve("target/generated-sources/annotations/com/example/ResNet50Network.java");

    String first = export(project, 1);
    compile(project);
    assertThat(Files.readString(generated)).contains(first);

    String second = export(project, 2);
    assertThat(second).isNotEqualTo(first);
    compile(project);
    assertThat(Files.readString(generated)).contains(second);
    assertThat(Files.readString(generated)).doesNotContain(first);
  }

  private static void compile(UserProject project) throws IOException, InterruptedException {
    Outcome build = project.maven("compile");
    assertWithMessage(build.output()).that(build.exitCode()).isEqualTo(0);
  }

  /**
   * Gradle is not among the tests: at least the names in what the page shows are those that count.
   */
  @Test
  void namesTheProcessorsOptionToGradle() throws IOException {
    Matcher option = Pattern.compile("\"-A([\\w.]+)=\\$folder\"").matcher(found(GRADLE));
    assertTrue(option.find());
    assertThat(new BlockworkProcessor().getSupportedOptions()).contains(option.group(1));
    assertThat(found(GRADLE)).contains("Models(file(\"src/main/onnx\"))");
  }
}
