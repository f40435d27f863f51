package io.blockwork.graph.plans;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
  record Life(int from, int to) {
    boolean overlaps(Life other) {
      return from <= other.to && other.from <= to;
    }
  }

  private record Request(int buffer, long elements, List<Life> lives) {
    int start() {
      return lives.get(0).from();
    }
  }

  private static final class Slot {
    private long elements;
    private final List<Life> lives = new ArrayList<>();

    private Slot(long elements) {
      this.elements = elements;
    }

    private boolean isFree(List<Life> wanted) {
      return lives.stream().noneMatch(l -> wanted.stream().anyMatch(l::overlaps));
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
      slots.get(chosen).elements = Math.max(slots.get(chosen).elements, request.elements());
      slots.get(chosen).lives.addAll(request.lives());
      assigned.put(request.buffer(), chosen);
    }
  }

  int slotOf(int buffer) {
    return assigned.getOrDefault(buffer, Place.Buffer.KEPT);
  }

  List<Long> sizes() {
    return slots.stream().map(s -> s.elements).toList();
  }
}
