package io.blockwork.processor.graph;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import io.blockwork.processor.graph.Op.Activation;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.GlobalAvgPool;
import io.blockwork.processor.graph.Op.Linear;
import io.blockwork.processor.graph.Op.PadShortcut;
import io.blockwork.processor.graph.Op.Relu;
import io.blockwork.processor.graph.Op.Scale;
import io.blockwork.processor.graph.Op.Sigmoid;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
   */
  record Geometry(int in, int planes, int stride, int dilation, int nextDilation) {}

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
          Conv2d.same(prefix + "conv1", g.in(), g.planes(), 3, g.stride(), g.dilation(), 1),
          Conv2d.same(prefix + "conv2", g.planes(), g.planes(), 3, 1, g.nextDilation(), 1));
    }
    int inner = style.inner(g.planes());
    boolean early = style.version() == ResNetVersion.V1;
    return List.of(
        Conv2d.same(prefix + "conv1", g.in(), inner, 1, early ? g.stride() : 1),
        Conv2d.same(
            prefix + "conv2",
            inner,
            inner,
            3,
            early ? 1 : g.stride(),
            g.dilation(),
            style.groups()),
        Conv2d.same(prefix + "conv3", inner, 4 * g.planes(), 1, 1));
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
              new BatchNorm2d(
                  norm, convs.get(i).out(), last && style.zeroInitResidual(), false, false),
              y);
      if (!last) {
        y = graph.add(new Relu(prefix + "relu"), y);
      }
      modules.addAll(List.of(convs.get(i).path(), norm));
    }
    graph.modules(modules.toArray(String[]::new));
    y = excite(prefix, y, out);
    if (changes && style.shortcut() != Shortcut.PAD) {
      graph.modules(prefix + "downsample.0", prefix + "downsample.1");
    }
    return graph.add(
        new Relu(prefix + "relu"), graph.add(new Add(prefix + "add", false), y, shortcut));
  }

  private int preActivated(
      String prefix, int x, Geometry g, List<Conv2d> convs, int out, boolean changes) {
    List<String> modules = new ArrayList<>();
    int shortcut = x;
    int y = x;
    for (int i = 0; i < convs.size(); i++) {
      String norm = prefix + "bn" + (i + 1);
      y = graph.add(BatchNorm2d.of(norm, convs.get(i).in()), y);
      y = graph.add(new Relu(prefix + "relu"), y);
      if (i == 0 && changes) {
        // The projection sees the pre-activated input (He et al. 2016, section 4.1).
        shortcut = projection(prefix, y, g, out, false);
      }
      y = graph.add(convs.get(i), y);
      modules.addAll(List.of(convs.get(i).path(), norm));
    }
    graph.modules(modules.toArray(String[]::new));
    y = excite(prefix, y, out);
    if (changes && style.shortcut() != Shortcut.PAD) {
      graph.modules(prefix + "downsample.0");
    }
    return graph.add(new Add(prefix + "add", false), y, shortcut);
  }

  private int projection(String prefix, int x, Geometry g, int out, boolean norm) {
    if (style.shortcut() == Shortcut.PAD) {
      return graph.add(new PadShortcut(prefix + "downsample", g.stride(), out), x);
    }
    int y =
        graph.add(
            new Conv2d(
                prefix + "downsample.0",
                g.in(),
                out,
                1,
                g.stride(),
                0,
                1,
                1,
                Optional.empty(),
                false,
                false),
            x);
    return norm ? graph.add(BatchNorm2d.of(prefix + "downsample.1", out), y) : y;
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
    s = graph.add(new Linear(se + "fc1", channels, squeezed, Activation.NONE), s);
    s = graph.add(new Relu(se + "relu"), s);
    s = graph.add(new Linear(se + "fc2", squeezed, channels, Activation.NONE), s);
    s = graph.add(new Sigmoid(se + "sigmoid"), s);
    return graph.add(new Scale(se + "scale"), x, s);
  }
}
