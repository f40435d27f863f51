package io.blockwork.graph.plans;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Shares slots of memory between buffers that are never alive at the same time: the largest first,
 * each into the first slot that is free throughout its life.
 */
final class SlotAllocator {
  /**
   * A stretch of the schedule in which a buffer holds something, ends included.
   *
   * @param from the action that writes first
   * @param to the action that reads last
   */
  record Life(int from, int to) {}

  private record Request(int buffer, long elements, List<Life> lives) {
    int start() {
      return lives.get(0).from();
    }
  }

  private static final class Slot {
    private long elements;

    /** When it is taken: the ends of stretches that are apart, by their beginnings. */
    private final NavigableMap<Integer, Integer> taken = new TreeMap<>();

    private Slot(long elements) {
      this.elements = elements;
    }

    private boolean isFree(List<Life> wanted) {
      for (Life life : wanted) {
        Map.Entry<Integer, Integer> before = taken.floorEntry(life.to());
        if (before != null && before.getValue() >= life.from()) {
          return false;
        }
      }
      return true;
    }

    private void take(Life life) {
      int from = life.from();
      int to = life.to();
      // The lives of one buffer may overlap.
      for (var same = taken.floorEntry(to);
          same != null && same.getValue() >= from;
          same = taken.floorEntry(to)) {
        from = Math.min(from, same.getKey());
        to = Math.max(to, same.getValue());
        taken.remove(same.getKey());
      }
      taken.put(from, to);
    }
  }

  private final List<Request> requests = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Integer, Integer> assigned = new HashMap<>();

  /** Asks for {@code elements} for buffer {@code buffer} over its lives. */
  void request(int buffer, long elements, List<Life> lives) {
    requests.add(new Request(buffer, elements, List.copyOf(lives)));
  }

  /** Assigns a slot to every buffer. */
  void allocate() {
    requests.sort(
        Comparator.comparingLong(Request::elements).reversed().thenComparingInt(Request::start));
    for (Request request : requests) {
      int chosen = 0;
      while (chosen < slots.size() && !slots.get(chosen).isFree(request.lives())) {
        chosen++;
      }
      if (chosen == slots.size()) {
        slots.add(new Slot(request.elements()));
      }
      Slot slot = slots.get(chosen);
      slot.elements = Math.max(slot.elements, request.elements());
      for (Life life : request.lives()) {
        slot.take(life);
      }
      assigned.put(request.buffer(), chosen);
    }
  }

  int slotOf(int buffer) {
    return assigned.getOrDefault(buffer, Place.Buffer.KEPT);
  }

  List<Long> sizes() {
    List<Long> sizes = new ArrayList<>();
    for (Slot slot : slots) {
      sizes.add(slot.elements);
    }
    return sizes;
  }
}
