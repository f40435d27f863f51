package io.blockwork.onnx;

import io.blockwork.engine.Quantization;
import io.blockwork.engine.TensorRange;
import io.blockwork.engine.ValueRange;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.importer.Bounds;
import io.blockwork.onnx.importer.ImportedNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ranges of a file in 8-bit integers. Its scales and zeros have become bounds of the network's
 * values, so that the bounds of each layer's results are what its bytes stand for.
 */
final class QuantizedRanges {
  private QuantizedRanges() {}

  /**
   * Finds them.
   *
   * @param inference the network as inference runs it
   * @return by the layers' module names; empty if the file computes no layer from bytes
   */
  static Optional<Quantization> of(ImportedNetwork network, Graph inference) {
    if (network.byteLayers().isEmpty()) {
      return Optional.empty();
    }
    List<Shape> shapes = Shapes.of(inference);
    List<Bounds> bounds = new ArrayList<>();
    Map<String, TensorRange> ranges = new LinkedHashMap<>();
    Set<String> floats = new LinkedHashSet<>();
    for (Node node : inference.nodes()) {
      String path = node.op().path();
      Bounds own = Bounds.of(node.op(), node.inputs().stream().map(bounds::get).toList());
      bounds.add(own);
      if (node.op().runs() && own.isFinite()) {
        var range = new ValueRange((float) own.low(), (float) own.high());
        int channels = shapes.get(node.id()).channels();
        ranges.put(path, new TensorRange(range, Collections.nCopies(channels, range)));
      }
      boolean layer = node.op().role() == Role.WEIGHTED;
      if (layer && !network.byteLayers().contains(path)) {
        floats.add(path);
      }
    }
    return Optional.of(new Quantization(ranges, floats));
  }
}
