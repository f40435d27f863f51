package io.blockwork.processor.graph;

import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Concat;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.Dropout;
import io.blockwork.processor.graph.Op.Relu;
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
    String prefix = stage.isEmpty() ? "" : stage + ".";
    int features = x;
    int width = channels;
    for (int i = 1; i <= count; i++) {
      String path = prefix + "denselayer" + i;
      graph.enter(
          new Block(stage.isEmpty() ? "denseblock" : stage, path, path + ".", "dense layer"));
      int y = layer(path + ".", features, width);
      features = graph.add(new Concat(path + ".concat"), features, y);
      width += style.growth();
    }
    return features;
  }

  private int layer(String prefix, int x, int width) {
    int y = normRelu(prefix, 1, x, width);
    if (style.bnSize() == 0) {
      y = graph.add(Conv2d.same(prefix + "conv1", width, style.growth(), 3, 1), y);
      graph.modules(prefix + "norm1", prefix + "conv1");
    } else {
      int inner = style.bnSize() * style.growth();
      y = graph.add(Conv2d.same(prefix + "conv1", width, inner, 1, 1), y);
      y = normRelu(prefix, 2, y, inner);
      y = graph.add(Conv2d.same(prefix + "conv2", inner, style.growth(), 3, 1), y);
      graph.modules(prefix + "norm1", prefix + "conv1", prefix + "norm2", prefix + "conv2");
    }
    return style.dropout() > 0 ? graph.add(new Dropout(prefix + "dropout", style.dropout()), y) : y;
  }

  private int normRelu(String prefix, int i, int x, int channels) {
    var norm =
        new BatchNorm2d(prefix + "norm" + i, channels, false, style.memoryEfficient(), false);
    return graph.add(new Relu(prefix + "relu" + i), graph.add(norm, x));
  }
}
