package io.blockwork.engine.onednn;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.parameters.Parameters;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the plans of one network share. It lives as long as the {@link Parameters}, to which it
 * holds no reference.
 */
final class NetworkState {
  private Optional<PackedWeights> weights = Optional.empty();

  /**
   * For each pass of the network, the divisions by batch size. A pass holds its network, hence weak
   * references to it. Guarded by itself.
   */
  private final Map<Function<InferenceBinder, ForwardPass>, Map<Integer, Division>> divisions =
      new WeakHashMap<>();

  /** For all passes, the divisions that are not to be measured. Guarded by the map above. */
  private final Map<Integer, Division> fixed = new HashMap<>();

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

  /**
   * The division measured best for a pass and a batch size: kept, so that all plans give equal
   * bits, whenever they are bound. One thread measures at a time; whoever comes second finds the
   * result.
   */
  Division division(
      Function<InferenceBinder, ForwardPass> pass, int batch, Supplier<Division> measure) {
    synchronized (divisions) {
      Division given = fixed.get(batch);
      if (given != null) {
        return given;
      }
      Map<Integer, Division> known = divisions.computeIfAbsent(pass, p -> new HashMap<>());
      return known.computeIfAbsent(batch, b -> measure.get());
    }
  }

  /** Gives plans of a batch size this division from now on, instead of the fastest. */
  void fix(int batch, Division division) {
    synchronized (divisions) {
      fixed.put(batch, division);
    }
  }
}
