package io.blockwork.engine.onednn;

import io.blockwork.Parameters;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the plans of one network share. */
final class NetworkState {
  private final PackedWeights weights;
  private final Map<Integer, Division> divisions = new HashMap<>();

  NetworkState(Parameters parameters) {
    weights = new PackedWeights(parameters);
  }

  PackedWeights weights() {
    return weights;
  }

  /** The division measured best for a batch size: kept, so that all plans give equal bits. */
  synchronized Optional<Division> division(int batch) {
    return Optional.ofNullable(divisions.get(batch));
  }

  synchronized void division(int batch, Division division) {
    divisions.put(batch, division);
  }
}
