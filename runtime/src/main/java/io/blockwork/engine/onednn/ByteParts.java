package io.blockwork.engine.onednn;

import java.util.ArrayList;
import java.util.List;

/**
 * How the bytes of a buffer lie that several layers fill: the channels of a place side by side, or
 * each layer's by themselves, one layer's behind the other's. Then layers write where their results
 * stay, and their readers gather them.
 *
 * @param bounds the first channel of each part, and behind them the number of all channels; empty
 *     if the channels of a place lie side by side
 */
record ByteParts(List<Integer> bounds) {
  /** The channels of a place side by side. */
  static final ByteParts NONE = new ByteParts(List.of());

  ByteParts {
    bounds = List.copyOf(bounds);
  }

  /** Whether the tensor is one of several parts. */
  boolean isPart(PlanTensor tensor) {
    int at = bounds.indexOf(tensor.from());
    return at >= 0 && at + 1 < bounds.size() && bounds.get(at + 1) == end(tensor);
  }

  /** Whether the tensor consists of parts. */
  boolean consistsOfParts(PlanTensor tensor) {
    return bounds.contains(tensor.from()) && bounds.contains(end(tensor));
  }

  /** The parts that the tensor consists of. */
  List<PlanTensor> of(PlanTensor tensor) {
    List<PlanTensor> parts = new ArrayList<>();
    for (int i = bounds.indexOf(tensor.from()); bounds.get(i) < end(tensor); i++) {
      int from = bounds.get(i) - tensor.from();
      parts.add(tensor.slice(from, bounds.get(i + 1) - tensor.from()));
    }
    return parts;
  }

  private static int end(PlanTensor tensor) {
    return tensor.from() + tensor.channels();
  }
}
