package io.blockwork.processor.architectures;

import io.blockwork.graph.Block;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.processor.spec.DenseNetSpec.LayerStyle;

/**
 * Dense layers (Huang et al. 2016, section 3): BN-ReLU-1x1-BN-ReLU-3x3, or BN-ReLU-3x3 without the
 * bottleneck.
 */
final class DenseLayers {
  private final GraphBuilder graph;
  private final LayerStyle style;

  DenseLayers(GraphBuilder graph, LayerStyle style) {
    this.graph = graph;
    this.style = style;
  }

  /**
   * Adds {@code count} dense layers that read node {@code x} of {@code channels} channels, and
   * returns the node with all features.
   *
   * @param stage the dense block's path, and its layers' prefix without the dot; empty for a bare
   *     block
   */
  int add(String stage, int count, int x, int channels) {
    Block block =
        stage.isEmpty() ? Block.stage("denseblock", "", "") : Block.stage(stage, stage + ".", "");
    int features = x;
    int width = channels;
    for (int i = 1; i <= count; i++) {
      graph.enter(block.child("denselayer" + i, "dense layer"));
      int y = layer(graph.block().prefix(), features, width);
      // A dense layer gives its new features alone, a dense block all of them.
      features = graph.add(new Concat(block.prefix() + "concat"), features, y);
      width += style.growth();
    }
    return features;
  }

  private int layer(String prefix, int x, int width) {
    int y = normRelu(prefix, 1, x, width);
    if (style.bnSize() == 0) {
      y = graph.add(convolution(prefix + "conv1", width, style.growth(), 3), y);
      graph.modules(prefix + "norm1", prefix + "conv1");
    } else {
      int inner = style.bnSize() * style.growth();
      y = graph.add(convolution(prefix + "conv1", width, inner, 1), y);
      y = normRelu(prefix, 2, y, inner);
      y = graph.add(convolution(prefix + "conv2", inner, style.growth(), 3), y);
      graph.modules(prefix + "norm1", prefix + "conv1", prefix + "norm2", prefix + "conv2");
    }
    return style.dropout() > 0 ? graph.add(new Dropout(prefix + "dropout", style.dropout()), y) : y;
  }

  private int normRelu(String prefix, int i, int x, int channels) {
    BatchNorm2d norm =
        BatchNorm2d.of(prefix + "norm" + i, channels).recompute(style.memoryEfficient());
    return graph.add(Activate.relu(prefix + "relu" + i), graph.add(norm, x));
  }

  private static Conv2d convolution(String path, int in, int out, int kernel) {
    return Conv2d.same(path, in, out, kernel, 1).heFanIn();
  }
}
