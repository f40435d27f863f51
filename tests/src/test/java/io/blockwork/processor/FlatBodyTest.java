package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.ImageClassifier;
import io.blockwork.Networks;
import io.blockwork.processor.Compiler.Result;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A body has no limit that the class files have")
final class FlatBodyTest {
  private static final int NODES = 2000;

  @Test
  void twoThousandNodesInARowCompileAndRun() {
    List<String> operations =
        List.of("Conv(out = 4, kernel = 1, bias = false)", "BatchNorm", "Relu", "Sigmoid");
    StringBuilder source =
        new StringBuilder(
            """
            package user;

            import io.blockwork.*;
            import io.blockwork.ops.*;

            @Model(input = @Input(height = 2, width = 2))
            public interface Flat extends ImageClassifier {
            """);
    for (int i = 0; i < NODES; i++) {
      String operation = operations.get(i % operations.size());
      source.append("  @%s interface n%d {}\n".formatted(operation, i));
    }
    source.append("  @GlobalAvgPool interface pool {}\n  @Linear(out = 3) interface fc {}\n}\n");
    Result result = Compiler.JAVAC.compile(Map.of("user/Flat.java", source.toString()));
    assertEquals(List.of(), result.findings());
    Class<? extends ImageClassifier> type =
        result.load("user.Flat").asSubclass(ImageClassifier.class);
    try (ImageClassifier network = Networks.create(type)) {
      assertEquals(3, network.forward(new float[3 * 2 * 2]).length);
    }
  }
}
