package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.Shape;
import java.util.List;

/** Maps as {@code [N, H, W, C]}, which some operators of ONNX want. */
final class ChannelsLast {
  private ChannelsLast() {}

  /** The name of the map with its channels last. */
  static String of(OnnxGraph graph, Value map) {
    return graph.hiddenPart(
        "Transpose", List.of(map.name()), Attributes.integers("perm", 0, 2, 3, 1));
  }

  /** The map, with its channels after the batch again: the last node of the operation. */
  static Value back(OnnxGraph graph, String last, Shape shape) {
    return graph.whole(
        "Transpose", shape, false, List.of(last), Attributes.integers("perm", 0, 3, 1, 2));
  }
}
