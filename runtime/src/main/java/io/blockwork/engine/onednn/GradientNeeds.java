package io.blockwork.engine.onednn;

import io.blockwork.engine.onednn.PlanTensor.Storage;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which tensors' gradients somebody needs, as the layers are walked in forward order: those that a
 * trainable parameter stands before, and the images' if they were asked for.
 */
final class GradientNeeds {
  private record Held(PlanTensor whole, BitSet channels) {}

  private final Map<Storage, Held> held = new HashMap<>();

  /** Says that a layer has written the tensor, whatever was in its memory before. */
  void written(PlanTensor tensor, boolean needed) {
    Held now = held.get(tensor.storage());
    if (now == null || !now.whole().equals(tensor.whole())) {
      now = new Held(tensor.whole(), new BitSet());
      held.put(tensor.storage(), now);
    }
    now.channels().set(tensor.from(), tensor.from() + tensor.channels(), needed);
  }

  /** Whether the gradient of the tensor's present values is needed. */
  boolean needed(PlanTensor tensor) {
    Held now = held.get(tensor.storage());
    if (now == null) {
      return false;
    }
    if (!now.whole().equals(tensor.whole())) {
      return !now.channels().isEmpty();
    }
    int next = now.channels().nextSetBit(tensor.from());
    return next >= 0 && next < tensor.from() + tensor.channels();
  }
}
