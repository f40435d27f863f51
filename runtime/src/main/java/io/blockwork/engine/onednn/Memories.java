package io.blockwork.engine.onednn;

import io.blockwork.engine.Tensor;
import io.blockwork.engine.onednn.PlanTensor.Storage;
import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The storages and tensors that a generated class has named so far. */
final class Memories {
  private final Map<Integer, Storage> slots = new HashMap<>();
  private final Map<Storage, Long> elements = new LinkedHashMap<>();
  private final Set<PlanTensor> used = new LinkedHashSet<>();

  /** Those of {@link #used} that no layer before the last one used. */
  private final Set<PlanTensor> recent = new LinkedHashSet<>();

  void slots(long... sizes) {
    for (int i = 0; i < sizes.length; i++) {
      Storage storage = new Storage("slot " + i);
      slots.put(i, storage);
      elements.put(storage, sizes[i]);
    }
  }

  Tensor slot(int slot, int channels, int height, int width) {
    Storage storage = slots.get(slot);
    if (storage == null) {
      throw new IndexOutOfBoundsException("there is no slot " + slot);
    }
    PlanTensor tensor = PlanTensor.whole(storage, channels, height, width);
    long size = elements.getOrDefault(storage, 0L);
    if (tensor.elements() > size) {
      throw new ShapeMismatchException(
          SafeText.format(
              "slot %d: %s needs %d elements per image, but the slot has %d",
              slot, tensor.shape(), tensor.elements(), size));
    }
    return tensor;
  }

  Tensor keep(int channels, int height, int width) {
    Storage storage = new Storage("kept " + elements.size());
    PlanTensor tensor = PlanTensor.whole(storage, channels, height, width);
    elements.put(storage, tensor.elements());
    return tensor;
  }

  /**
   * The tensor as one of this engine.
   *
   * @throws IllegalArgumentException if another engine made it
   */
  PlanTensor use(Tensor tensor) {
    PlanTensor own = own(tensor);
    if (used.add(own)) {
      recent.add(own);
    }
    return own;
  }

  /** {@link #use(Tensor)} of one that perhaps no layer uses. */
  PlanTensor own(Tensor tensor) {
    if (tensor instanceof PlanTensor own) {
      return own;
    }
    throw new IllegalArgumentException("the tensor comes from another binder: " + tensor);
  }

  Map<Storage, Long> elements() {
    return elements;
  }

  /** Whether the tensor has memory of its own life, and not a slot. */
  boolean isKept(PlanTensor tensor) {
    return !slots.containsValue(tensor.storage());
  }

  /** The tensor that the same generated class, bound once more, named as it named this one. */
  PlanTensor counterpart(PlanTensor other) {
    String name = other.storage().toString();
    Storage storage =
        elements.keySet().stream().filter(s -> s.toString().equals(name)).findFirst().orElseThrow();
    return other.in(storage);
  }

  /** Ends a layer: what it used stays used. */
  void keepLayer() {
    recent.clear();
  }

  /** Ends a layer that is left out. */
  void dropLayer() {
    used.removeAll(recent);
    recent.clear();
  }

  /** Elements for one image of each storage, as far as anybody uses it. */
  Map<Storage, Long> needed() {
    Map<Storage, Long> needed = new LinkedHashMap<>();
    used.forEach(t -> needed.merge(t.storage(), t.whole().elements(), Math::max));
    return needed;
  }

  /** Every tensor that a layer reads or writes. */
  Set<PlanTensor> used() {
    return used;
  }
}
