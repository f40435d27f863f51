package io.blockwork.onnx.exporter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.Networks;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.properties.InMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is run. */
final class ReadmeSnippetTest {
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- snippet: export -->\\R```java\\R(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void exportsAsItSays() throws Exception {
    Matcher snippet = SNIPPET.matcher(Files.readString(Path.of("..", "runtime/onnx/README.md")));
    assertTrue(snippet.find());
    String source =
        """
        package user;
        import io.blockwork.ImageClassifier;
        import io.blockwork.image.Preprocessing;
        import io.blockwork.onnx.exporter.OnnxExport;
        import java.nio.file.Path;
        import java.util.List;
        public final class Exports {
          public static void run(ImageClassifier net, List<String> names, Path folder) {
        %s
          }
        }
        """
            .formatted(snippet.group(1).replace("Path.of(", "folder.resolve("));
    Class<?> exports = InMemory.compile("user.Exports", source).load("user.Exports");
    try (ExportedNet net = Networks.create(ExportedNet.class)) {
      exports
          .getMethod("run", ImageClassifier.class, List.class, Path.class)
          .invoke(null, net, List.of("a", "b", "c", "d", "e"), folder);
    }
    for (String name : List.of("net.onnx", "service.onnx")) {
      ModelProto model = ModelRules.read(folder.resolve(name));
      assertThat(ModelRules.broken(model)).isEmpty();
    }
  }
}
