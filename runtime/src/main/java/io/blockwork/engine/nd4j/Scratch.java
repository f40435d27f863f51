package io.blockwork.engine.nd4j;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Rooms for the threads that compute convolutions, shared by all layers of one plan. Layers reserve
 * at bind what they will need; a room is made when a thread first finds none free.
 */
final class Scratch {
  private final Memory memory;
  private final ConcurrentLinkedQueue<Room> free = new ConcurrentLinkedQueue<>();
  private long patches = 1;
  private long product = 1;

  Scratch(Memory memory) {
    this.memory = memory;
  }

  /**
   * A place for one thread; closing gives it back.
   *
   * @param patches for a patch matrix
   * @param product for a product
   * @param home where it goes back to
   */
  record Room(Values patches, Values product, Scratch home) implements AutoCloseable {
    @Override
    public void close() {
      home.free.add(this);
    }
  }

  /** Asks for room for so many values; before the first {@link #take}. */
  void reserve(long patches, long product) {
    this.patches = Math.max(this.patches, patches);
    this.product = Math.max(this.product, product);
  }

  /** A room of the size reserved, whose content is whatever the last user left. */
  Room take() {
    Room room = free.poll();
    if (room != null) {
      return room;
    }
    return new Room(Values.of(memory.allocate(patches)), Values.of(memory.allocate(product)), this);
  }
}
