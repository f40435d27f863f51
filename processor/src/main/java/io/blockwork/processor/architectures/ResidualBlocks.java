package io.blockwork.processor.architectures;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import java.util.ArrayList;
import java.util.List;

/**
 * Residual blocks: the original (He et al. 2015, Figure 5) and the pre-activated ones (He et al.
 * 2016, Figure 1).
 */
final class ResidualBlocks {
  private final GraphBuilder graph;
  private final BlockStyle style;

  ResidualBlocks(GraphBuilder graph, BlockStyle style) {
    this.graph = graph;
    this.style = style;
  }

  /**
   * Geometry of one block.
   *
   * @param in channels that come in
   * @param planes planes; the output has {@code planes * expansion} channels
   * @param stride stride of the block
   * @param dilation dilation of the first 3x3 convolution
   * @param nextDilation dilation of a second 3x3 convolution, and of the blocks that follow: where
   *     a stride has given way to dilation, what comes after it must look as far as it did on the
   *     smaller map
   * @param dropped the probability that the branch is dropped in training
   */
  record Geometry(int in, int planes, int stride, int dilation, int nextDilation, double dropped) {}

  /**
   * Adds a block that reads node {@code x} and returns its output node. The current block of the
   * graph names it.
   */
  int add(int x, Geometry g) {
    String prefix = graph.block().prefix();
    List<Conv2d> convs = convolutions(prefix, g);
    int out = g.planes() * style.expansion();
    boolean changes = g.stride() != 1 || g.in() != out || style.shortcut() == Shortcut.PROJECT_ALL;
    return style.version() == ResNetVersion.V2
        ? preActivated(prefix, x, g, convs, out, changes)
        : original(prefix, x, g, convs, out, changes);
  }

  private List<Conv2d> convolutions(String prefix, Geometry g) {
    if (!style.bottleneck()) {
      return List.of(
          convolution(prefix + "conv1", g.in(), g.planes(), 3, g.stride(), g.dilation()),
          convolution(prefix + "conv2", g.planes(), g.planes(), 3, 1, g.nextDilation()));
    }
    int inner = style.inner(g.planes());
    boolean early = style.version() == ResNetVersion.V1;
    return List.of(
        convolution(prefix + "conv1", g.in(), inner, 1, early ? g.stride() : 1, 1),
        Conv2d.same(prefix + "conv2", inner, inner, 3, early ? 1 : g.stride(), g.dilation())
            .groups(style.groups())
            .heFanOut(),
        convolution(prefix + "conv3", inner, 4 * g.planes(), 1, 1, 1));
  }

  private static Conv2d convolution(
      String path, int in, int out, int kernel, int stride, int dilation) {
    return Conv2d.same(path, in, out, kernel, stride, dilation).heFanOut();
  }

  private int original(
      String prefix, int x, Geometry g, List<Conv2d> convs, int out, boolean changes) {
    List<String> modules = new ArrayList<>();
    // The projection runs first, so that the block's input can be let go before the branch is done.
    int shortcut = changes ? projection(prefix, x, g, out, true) : x;
    int y = x;
    for (int i = 0; i < convs.size(); i++) {
      boolean last = i == convs.size() - 1;
      String norm = prefix + "bn" + (i + 1);
      y = graph.add(convs.get(i), y);
      y =
          graph.add(
              BatchNorm2d.of(norm, convs.get(i).out()).fromZero(last && style.zeroInitResidual()),
              y);
      if (!last) {
        y = graph.add(Activate.relu(prefix + "relu"), y);
      }
      modules.addAll(List.of(convs.get(i).path(), norm));
    }
    graph.modules(modules.toArray(String[]::new));
    y = drop(prefix, excite(prefix, y, out), g);
    if (changes && style.shortcut() != Shortcut.PAD) {
      graph.modules(prefix + "downsample.0", prefix + "downsample.1");
    }
    return graph.add(
        Activate.relu(prefix + "relu"), graph.add(Sum.of(prefix + "add"), y, shortcut));
  }

  private int preActivated(
      String prefix, int x, Geometry g, List<Conv2d> convs, int out, boolean changes) {
    List<String> modules = new ArrayList<>();
    int shortcut = x;
    int y = x;
    for (int i = 0; i < convs.size(); i++) {
      String norm = prefix + "bn" + (i + 1);
      y = graph.add(BatchNorm2d.of(norm, convs.get(i).in()), y);
      y = graph.add(Activate.relu(prefix + "relu"), y);
      if (i == 0 && changes) {
        // The projection sees the pre-activated input (He et al. 2016, section 4.1).
        shortcut = projection(prefix, y, g, out, false);
      }
      y = graph.add(convs.get(i), y);
      modules.addAll(List.of(convs.get(i).path(), norm));
    }
    graph.modules(modules.toArray(String[]::new));
    y = drop(prefix, excite(prefix, y, out), g);
    if (changes && style.shortcut() != Shortcut.PAD) {
      graph.modules(prefix + "downsample.0");
    }
    return graph.add(Sum.of(prefix + "add"), y, shortcut);
  }

  private int projection(String prefix, int x, Geometry g, int out, boolean norm) {
    if (style.shortcut() == Shortcut.PAD) {
      return graph.add(new PadShortcut(prefix + "downsample", g.stride(), out), x);
    }
    int y = graph.add(convolution(prefix + "downsample.0", g.in(), out, 1, g.stride(), 1), x);
    return norm ? graph.add(BatchNorm2d.of(prefix + "downsample.1", out), y) : y;
  }

  /** Stochastic depth (Huang et al. 2016), if the style has it. */
  private int drop(String prefix, int x, Geometry g) {
    return g.dropped() == 0
        ? x
        : graph.add(new StochasticDepth(prefix + "drop_path", g.dropped()), x);
  }

  /** Squeeze-and-excitation (Hu et al. 2017, Figure 3), if the style has it. */
  private int excite(String prefix, int x, int channels) {
    if (style.squeezeExcitation() == 0) {
      return x;
    }
    String se = prefix + "se.";
    int squeezed = channels / style.squeezeExcitation();
    graph.modules(se + "fc1", se + "fc2");
    int s = graph.add(new GlobalAvgPool(se + "squeeze"), x);
    s = graph.add(Linear.of(se + "fc1", channels, squeezed), s);
    s = graph.add(Activate.relu(se + "relu"), s);
    s = graph.add(Linear.of(se + "fc2", squeezed, channels), s);
    s = graph.add(Activate.sigmoid(se + "sigmoid"), s);
    return graph.add(new Scale(se + "scale"), x, s);
  }
}
