package io.blockwork.engine.onednn;

import io.blockwork.parameters.Parameters;
import java.util.Optional;

/**
 * What the plans of one network share. It lives as long as the {@link Parameters}, to which it
 * holds no reference.
 */
final class NetworkState {
  private Optional<PackedWeights> weights = Optional.empty();

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
}
