package io.blockwork.onnx.importer;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
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
 *
 * @param ranges by the layers' module names, in order
 * @param floatLayers module names of layers with weights that the file computes in floats
 */
public record ByteRanges(Map<String, Range> ranges, Set<String> floatLayers) {
  /** Copies both. */
  public ByteRanges {
    ranges = Collections.unmodifiableMap(new LinkedHashMap<>(ranges));
    floatLayers = Collections.unmodifiableSet(new LinkedHashSet<>(floatLayers));
  }

  /**
   * Between which values the results of a layer lie.
   *
   * @param low the least
   * @param high the largest
   * @param channels that have this range, each
   */
  public record Range(float low, float high, int channels) {}

  /**
   * Finds them.
   *
   * @param inference the network as inference runs it
   * @return empty if the file computes no layer from bytes
   */
  public static Optional<ByteRanges> of(ImportedNetwork network, Graph inference) {
    if (network.byteLayers().isEmpty()) {
      return Optional.empty();
    }
    List<Shape> shapes = Shapes.of(inference);
    List<Bounds> bounds = new ArrayList<>();
    Map<String, Range> ranges = new LinkedHashMap<>();
    Set<String> floats = new LinkedHashSet<>();
    for (Node node : inference.nodes()) {
      String path = node.op().path();
      Bounds own = Bounds.of(node.op(), node.inputs().stream().map(bounds::get).toList());
      bounds.add(own);
      if (node.op().runs() && own.isFinite()) {
        int channels = shapes.get(node.id()).channels();
        ranges.put(path, new Range((float) own.low(), (float) own.high(), channels));
      }
      boolean layer = node.op().role() == Role.WEIGHTED;
      if (layer && !network.byteLayers().contains(path)) {
        floats.add(path);
      }
    }
    return Optional.of(new ByteRanges(ranges, floats));
  }
}
