package io.blockwork.interpreter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.Precision;
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
 * Convolutions whose output is high and one pixel wide though their stride is larger, which kernels
 * of oneDNN for AMX compute wrongly.
 */
final class OnePixelWideTest {
  @BeforeEach
  void library() {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
  }

  private static Comparison compiled(int width, int kernel, int stride, int padding) {
    GraphBuilder graph = new GraphBuilder();
    int images = graph.add(new Input(new Shape(3, 5, width)));
    Window window =
        Window.of(1, kernel).stride(1, stride).padding(new Padding(0, padding, 0, padding));
    Case each =
        new Case(graph.build(graph.add(Conv2d.of("conv", 3, 6, window), images)), List.of());
    return new Comparison(
        1, each, Objects.requireNonNull(GraphCompiler.compile(Map.of("Net", each)).get("Net")));
  }

  @ParameterizedTest
  @CsvSource({"3, 3, 2, 0", "4, 3, 2, 0", "5, 3, 3, 0", "2, 3, 2, 1", "1, 3, 3, 1"})
  void inEightBits(int width, int kernel, int stride, int padding) {
    assertThat(compiled(width, kernel, stride, padding).inferInIntegers()).isLessThan(0.03);
  }

  @ParameterizedTest
  @CsvSource({"3, 3, 2, 0", "4, 3, 2, 0", "5, 3, 3, 0", "2, 3, 2, 1", "1, 3, 3, 1"})
  void inBfloat16(int width, int kernel, int stride, int padding) {
    assumeTrue(OneDnnEngine.isNative(Precision.BFLOAT16));
    assertThat(compiled(width, kernel, stride, padding).inBfloat16()).isLessThan(0.02);
  }
}
