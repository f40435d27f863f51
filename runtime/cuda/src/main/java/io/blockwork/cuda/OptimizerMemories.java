package io.blockwork.cuda;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of a network's optimizers on the device. Nobody closes an optimizer: its memory is
 * given back with the network's last plan, or when another optimizer comes after it was collected
 * as garbage.
 */
final class OptimizerMemories {
  private record Held(WeakReference<CudaOptimizer> owner, OptimizerMemory memory) {}

  /** Guarded by this. */
  private final List<Held> all = new ArrayList<>();

  /** Takes over the memory of an optimizer. */
  synchronized void add(CudaOptimizer owner, OptimizerMemory memory) {
    all.add(new Held(new WeakReference<>(owner), memory));
    try (Resources forgotten = new Resources()) {
      for (Held each : List.copyOf(all)) {
        if (each.owner().get() == null) {
          all.remove(each);
          forgotten.add(each.memory(), each.memory()::close);
        }
      }
    }
  }

  /** Frees everything, after the optimizers have fetched what they remember. */
  void close() {
    try (Resources everything = new Resources()) {
      for (Held each : take()) {
        everything.add(each.memory(), each.memory()::close);
        CudaOptimizer owner = each.owner().get();
        if (owner != null) {
          everything.add(each.memory(), owner::leave);
        }
      }
    }
  }

  private synchronized List<Held> take() {
    List<Held> taken = List.copyOf(all);
    all.clear();
    return taken;
  }
}
