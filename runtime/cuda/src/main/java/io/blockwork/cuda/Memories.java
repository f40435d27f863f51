package io.blockwork.cuda;

import io.blockwork.engine.Tensor;
import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.util.HashMap;
import java.util.Map;

/** The slots and kept tensors that a generated class names. */
final class Memories {
  private final Arena arena;
  private final CudaTensor.Form form;
  private final Map<Integer, Arena.Storage> slots = new HashMap<>();
  private final Map<Integer, Long> elements = new HashMap<>();

  Memories(Arena arena, CudaTensor.Form form) {
    this.arena = arena;
    this.form = form;
  }

  void slots(long... sizes) {
    for (int i = 0; i < sizes.length; i++) {
      slots.put(i, arena.reserve("slot " + i));
      elements.put(i, sizes[i]);
    }
  }

  Tensor slot(int slot, int channels, int height, int width) {
    Arena.Storage storage = slots.get(slot);
    if (storage == null) {
      throw new IndexOutOfBoundsException("there is no slot " + slot);
    }
    CudaTensor tensor = CudaTensor.whole(storage, form, channels, height, width);
    long size = elements.getOrDefault(slot, 0L);
    if (tensor.elements() > size) {
      throw new ShapeMismatchException(
          SafeText.format(
              "slot %d: %s needs %d elements per image, but the slot has %d",
              slot, tensor.shape(), tensor.elements(), size));
    }
    return tensor;
  }

  Tensor keep(int channels, int height, int width) {
    return CudaTensor.whole(arena.reserve("kept"), form, channels, height, width);
  }
}
