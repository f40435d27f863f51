package io.blockwork.graph;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.PRelu;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The shapes are those that torch 2.7 gives for the same modules. */
class ShapeRulesTest {
  private static Shape map(int channels, int height, int width) {
    return new Shape(channels, height, width);
  }

  private static Arguments fits(Op op, Shape output, Shape... inputs) {
    return Arguments.of(op, output, Arrays.asList(inputs));
  }

  static Stream<Arguments> shapes() {
    Window tall = Window.of(7, 1).padding(Padding.of(3, 0));
    Window pool = Window.of(3).stride(2);
    return Stream.of(
        fits(Conv2d.same("c", 3, 8, 7, 2), map(8, 16, 12), map(3, 32, 24)),
        fits(Conv2d.of("c", 3, 8, tall), map(8, 32, 24), map(3, 32, 24)),
        fits(
            Conv2d.of("c", 4, 4, Window.of(3).padding(new Padding(0, 1, 2, 3))).groups(4),
            map(4, 10, 12),
            map(4, 10, 10)),
        fits(Conv2d.of("c", 1, 1, Window.of(3).dilation(2, 1)), map(1, 5, 7), map(1, 9, 9)),
        fits(new MaxPool2d("p", pool), map(2, 16, 16), map(2, 33, 33)),
        fits(new MaxPool2d("p", pool.ceilMode()), map(2, 4, 4), map(2, 8, 8)),
        fits(new MaxPool2d("p", pool), map(2, 3, 3), map(2, 8, 8)),
        // The window that would begin in the padding behind the map does not count.
        fits(
            new AvgPool2d("p", Window.of(2).stride(2).padding(1).ceilMode(), true),
            map(2, 2, 2),
            map(2, 2, 2)),
        fits(new MaxPool2d("p", Window.of(3).stride(2).ceilMode()), map(1, 1, 1), map(1, 2, 2)),
        fits(new AdaptiveAvgPool2d("p", 7, 5), map(2, 7, 5), map(2, 2, 20)),
        fits(new GlobalMaxPool("p"), map(2, 1, 1), map(2, 5, 7)),
        fits(new Flatten("f"), map(70, 1, 1), map(2, 5, 7)),
        fits(Linear.of("l", 70, 3), map(3, 1, 1), map(2, 5, 7)),
        fits(Linear.of("l", 2, 3), map(3, 5, 7), map(2, 5, 7)),
        fits(new ZeroPad2d("z", new Padding(1, 2, 3, 4)), map(2, 9, 13), map(2, 5, 7)),
        fits(Sum.of("s", 3), map(2, 5, 7), map(2, 5, 7), map(2, 5, 7), map(2, 5, 7)),
        fits(new Scale("s"), map(2, 5, 7), map(2, 5, 7), map(2, 1, 1)),
        fits(new Multiply("m"), map(2, 5, 7), map(2, 5, 7), map(2, 5, 7)),
        fits(new Concat("c"), map(5, 4, 4), map(2, 4, 4), map(3, 4, 4)),
        fits(ChannelRange.of("r", 1, 3), map(2, 4, 4), map(5, 4, 4)),
        fits(new PadShortcut("p", 2, 6), map(6, 3, 3), map(3, 5, 5)),
        fits(Activate.relu("r"), map(5, 4, 4), map(5, 4, 4)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void areThoseOfTorch(Op op, Shape output, List<Shape> inputs) {
    assertThat(op.shape(inputs)).isEqualTo(output);
  }

  private static Arguments fails(Op op, String message, Shape... inputs) {
    return Arguments.of(op, message, Arrays.asList(inputs));
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fails(
            Conv2d.same("a.conv", 3, 8, 3, 2),
            "a.conv (3x3 stride 2): expected 3 channels, got 4; it reads 4 x 8 x 8; an input of 3 channels would fit",
            map(4, 8, 8)),
        fails(
            new AvgPool2d("pool", Window.of(8), true),
            "pool (8x8 pooling): its window is larger than the map; it reads 4 x 7 x 9; a map of at least 8 x 8 would fit",
            map(4, 7, 9)),
        fails(
            Sum.of("add"),
            "add (add): expected inputs of one shape; it reads 4 x 8 x 8 and 4 x 4 x 4; all of 4 x 8 x 8 would fit",
            map(4, 8, 8),
            map(4, 4, 4)),
        fails(
            new Concat("cat"),
            "cat (concat): expected maps of one size; it reads 1 x 8 x 8, 2 x 8 x 8 and 1 x 4 x 8; all of 8 x 8 would fit",
            map(1, 8, 8),
            map(2, 8, 8),
            map(1, 4, 8)),
        fails(
            Linear.of("fc", 10, 2),
            "fc (linear): expected 10 values, got 32; it reads 2 x 4 x 4; a vector of 10 values, or a map of 10 channels would fit",
            map(2, 4, 4)),
        fails(
            new Scale("gate"),
            "gate (scale): expected a factor a channel; it reads 4 x 8 x 8 and 2 x 1 x 1; a second input of 4 x 1 x 1 would fit",
            map(4, 8, 8),
            map(2, 1, 1)),
        fails(
            PRelu.of("act", 3),
            "act (prelu): expected 3 channels, got 4; it reads 4 x 8 x 8; an input of 3 channels would fit",
            map(4, 8, 8)),
        fails(
            new ChannelShuffle("mix", 3),
            "mix (shuffle 3): 4 channels make no 3 groups; it reads 4 x 8 x 8; a multiple of 3 channels would fit",
            map(4, 8, 8)),
        fails(
            ChannelRange.of("half", 2, 6),
            "half (channels 2 to 5): it ends at channel 6 of 4; it reads 4 x 8 x 8; a map of at least 6 channels would fit",
            map(4, 8, 8)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void tellWhatWouldFit(Op op, String message, List<Shape> inputs) {
    ShapeFault fault = assertThrows(ShapeFault.class, () -> op.shape(inputs));
    assertThat(fault).hasMessageThat().isEqualTo(message);
  }
}
