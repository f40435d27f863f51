package io.blockwork.onnx;

import io.blockwork.engine.Quantization;
import io.blockwork.engine.TensorRange;
import io.blockwork.engine.ValueRange;
import io.blockwork.graph.Graph;
import io.blockwork.onnx.importer.ByteRanges;
import io.blockwork.onnx.importer.ImportedNetwork;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The ranges of a file in 8-bit integers, as engines take them. */
final class QuantizedRanges {
  private QuantizedRanges() {}

  /**
   * Finds them.
   *
   * @param inference the network as inference runs it
   * @return by the layers' module names; empty if the file computes no layer from bytes
   */
  static Optional<Quantization> of(ImportedNetwork network, Graph inference) {
    return ByteRanges.of(network, inference).map(QuantizedRanges::forEngines);
  }

  private static Quantization forEngines(ByteRanges found) {
    Map<String, TensorRange> ranges = new LinkedHashMap<>();
    found
        .ranges()
        .forEach(
            (path, each) -> {
              var range = new ValueRange(each.low(), each.high());
              ranges.put(path, new TensorRange(range, Collections.nCopies(each.channels(), range)));
            });
    return new Quantization(ranges, found.floatLayers());
  }
}
