package io.blockwork.cuda;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which tensors' gradients somebody needs, as the layers are bound in forward order: those that a
 * trainable parameter stands before, and the images' if they were asked for.
 */
final class GradientNeeds {
  private record Held(CudaTensor first, BitSet channels) {
    boolean sameWhole(CudaTensor tensor) {
      return first.parent() == tensor.parent()
          && first.height() == tensor.height()
          && first.width() == tensor.width();
    }
  }

  private final Map<Arena.Storage, Held> held = new HashMap<>();
  private final boolean ofImages;

  /**
   * Nothing has been written yet.
   *
   * @param ofImages whether the gradient of what no layer has written, the images, is needed
   */
  GradientNeeds(boolean ofImages) {
    this.ofImages = ofImages;
  }

  /** Says that a layer has written the tensor, whatever was in its memory before. */
  void written(CudaTensor tensor, boolean needed) {
    Held now = held.get(tensor.storage());
    if (now == null || !now.sameWhole(tensor)) {
      now = new Held(tensor, new BitSet());
      held.put(tensor.storage(), now);
    }
    now.channels().set(tensor.from(), tensor.from() + tensor.channels(), needed);
  }

  /** Whether the gradient of the tensor's present values is needed. */
  boolean needed(CudaTensor tensor) {
    Held now = held.get(tensor.storage());
    if (now == null) {
      return ofImages;
    }
    if (!now.sameWhole(tensor)) {
      return !now.channels().isEmpty();
    }
    int next = now.channels().nextSetBit(tensor.from());
    return next >= 0 && next < tensor.from() + tensor.channels();
  }
}
