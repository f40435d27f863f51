package io.blockwork.engine.onednn;

import io.blockwork.engine.onednn.PlanTensor.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which slot of a plan each memory of frozen layers lies in. In training all of it is kept; here a
 * slot is free again after the last layer that uses it, so that values stay in the cache.
 */
final class FrozenMemory {
  /** A memory of the training pass, and its place. */
  private static final class Place {
    private long elements;
    private int lastUse;
    private Optional<Integer> slot = Optional.empty();
  }

  private final Map<Storage, Place> places = new HashMap<>();

  /** Elements for one image of each slot. */
  private final List<Long> sizes = new ArrayList<>();

  private final List<Integer> free = new ArrayList<>();

  /**
   * Finds places for all memory.
   *
   * @param layers what is computed, in order
   * @param input is there before the first
   * @param output is still there after the last
   */
  FrozenMemory(List<FrozenLayer> layers, PlanTensor input, PlanTensor output) {
    use(input, 0);
    for (int i = 0; i < layers.size(); i++) {
      for (PlanTensor tensor : tensors(layers.get(i))) {
        use(tensor, i);
      }
    }
    use(output, layers.size());
    occupy(place(input), Optional.empty());
    for (int i = 0; i < layers.size(); i++) {
      occupy(place(layers.get(i).write()), inPlace(layers.get(i), i));
      leave(layers.get(i), i);
    }
  }

  private static List<PlanTensor> tensors(FrozenLayer layer) {
    return Stream.concat(layer.reads().stream(), Stream.of(layer.write())).toList();
  }

  private Place place(PlanTensor tensor) {
    return places.computeIfAbsent(tensor.storage(), s -> new Place());
  }

  private void use(PlanTensor tensor, int layer) {
    Place place = place(tensor);
    place.elements = Math.max(place.elements, tensor.whole().elements());
    place.lastUse = layer;
  }

  /** Where a sum is made in place: nobody needs what is added any longer. */
  private Optional<Integer> inPlace(FrozenLayer layer, int number) {
    if (!(layer instanceof FrozenLayer.Convolution convolution)) {
      return Optional.empty();
    }
    return convolution
        .residual()
        .filter(r -> r.isWhole() && layer.write().equals(r.in(layer.write().storage())))
        .filter(r -> r.storage() != convolution.src().storage())
        .map(this::place)
        .filter(r -> r.lastUse == number)
        .flatMap(r -> r.slot);
  }

  private void occupy(Place place, Optional<Integer> over) {
    if (place.slot.isEmpty()) {
      int slot = over.orElseGet(() -> take(place.elements));
      sizes.set(slot, Math.max(sizes.get(slot), place.elements));
      place.slot = Optional.of(slot);
    }
  }

  /** The smallest free slot that is large enough, else the largest, else a new one. */
  private int take(long size) {
    if (free.isEmpty()) {
      sizes.add(size);
      return sizes.size() - 1;
    }
    int best = 0;
    for (int i = 1; i < free.size(); i++) {
      if (isBetter(sizes.get(free.get(i)), sizes.get(free.get(best)), size)) {
        best = i;
      }
    }
    return free.remove(best);
  }

  private static boolean isBetter(long slot, long best, long needed) {
    return best < needed ? slot > best : slot >= needed && slot < best;
  }

  /** Frees what the layer is the last to use; the slot of a sum in place goes on. */
  private void leave(FrozenLayer layer, int number) {
    Place written = place(layer.write());
    boolean goesOn = written.lastUse > number;
    tensors(layer).stream()
        .map(this::place)
        .filter(p -> p.lastUse == number)
        .flatMap(p -> p.slot.stream())
        .distinct()
        .filter(slot -> !goesOn || !written.slot.equals(Optional.of(slot)))
        .forEach(free::add);
  }

  /** The slot of the memory that the tensor lies in. */
  int slot(PlanTensor tensor) {
    return place(tensor).slot.orElseThrow();
  }

  /** Elements for one image of each slot. */
  long[] sizes() {
    return sizes.stream().mapToLong(Long::longValue).toArray();
  }
}
