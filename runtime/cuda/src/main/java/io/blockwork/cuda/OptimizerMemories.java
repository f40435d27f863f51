package io.blockwork.cuda;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of a network's optimizers and averages on the device. Nobody closes them: their memory
 * is given back with the network's last plan, or when another comes after they were collected as
 * garbage.
 */
final class OptimizerMemories {
  /** An optimizer or an average. */
  interface Owner {
    /** Has what is remembered on the host, before its memory is freed. */
    void leave();
  }

  private record Held(WeakReference<Owner> owner, Resources.Resource close) {}

  /** Guarded by this. */
  private final List<Held> all = new ArrayList<>();

  /**
   * Takes over memory.
   *
   * @param owner what is remembered there
   * @param close frees it
   */
  synchronized void add(Owner owner, Resources.Resource close) {
    all.add(new Held(new WeakReference<>(owner), close));
  }

  /** Frees the memory of owners that were collected as garbage: before more is taken. */
  synchronized void freeForgotten() {
    try (Resources forgotten = new Resources()) {
      for (Held each : List.copyOf(all)) {
        if (each.owner().get() == null) {
          all.remove(each);
          forgotten.add(each.close(), each.close());
        }
      }
    }
  }

  /** Frees everything, after the owners have fetched what they remember. */
  void close() {
    try (Resources everything = new Resources()) {
      for (Held each : take()) {
        everything.add(each.close(), each.close());
        Owner owner = each.owner().get();
        if (owner != null) {
          everything.add(each.close(), owner::leave);
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
