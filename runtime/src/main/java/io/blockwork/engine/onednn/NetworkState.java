package io.blockwork.engine.onednn;

import io.blockwork.parameters.Parameters;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the plans of one network share. It lives as long as the {@link Parameters}, to which it
 * holds no reference.
 */
final class NetworkState {
  private Optional<PackedWeights> weights = Optional.empty();

  /** Batch sizes for which nothing is to be chosen by measuring. */
  private final Set<Integer> repeatable = new HashSet<>();

  /** The weights for one more plan, which has to {@link #release} them. */
  synchronized PackedWeights acquire() {
    PackedWeights shared = weights.orElseGet(PackedWeights::new);
    weights = Optional.of(shared);
    shared.acquire();
    return shared;
  }

  /** Frees the weights if no other plan uses them. */
  synchronized void release() {
    if (weights.isPresent() && weights.get().release()) {
      weights = Optional.empty();
    }
  }

  /** Has batches of that size computed as a rule says, from now on. */
  synchronized void makeRepeatable(int batch) {
    repeatable.add(batch);
  }

  /** Whether {@link #makeRepeatable} was called. */
  synchronized boolean isRepeatable(int batch) {
    return repeatable.contains(batch);
  }
}
