package io.blockwork.interpreter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.interpreter.RandomGraph.Case;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Convolutions with windows that see nothing but padding, since they lie in it or their taps stand
 * on both sides of a small map: kernels of oneDNN read memory there that is not theirs, which ended
 * the process.
 */
final class BlindWindowsTest {
  @BeforeEach
  void library() {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 6, 2, 2, 1, 0, 1, 2",
    "6, 1, 2, 2, 0, 1, 2, 1",
    "1, 5, 2, 3, 2, 0, 1, 3",
    "5, 5, 1, 1, 2, 2, 2, 2",
    "4, 4, 2, 1, 3, 0, 0, 3",
  })
  void areZeroThere(
      int height, int width, int kernel, int dilation, int top, int left, int bottom, int right) {
    GraphBuilder graph = new GraphBuilder();
    int images = graph.add(new Input(new Shape(6, height, width)));
    Window window =
        Window.of(kernel, kernel)
            .dilation(dilation, dilation)
            .padding(new Padding(top, left, bottom, right));
    Case each =
        new Case(graph.build(graph.add(Conv2d.of("conv", 6, 4, window), images)), List.of());
    Comparison compiled =
        new Comparison(
            1, each, Objects.requireNonNull(GraphCompiler.compile(Map.of("Net", each)).get("Net")));
    assertThat(compiled.inferInIntegers()).isLessThan(0.03);
  }
}
