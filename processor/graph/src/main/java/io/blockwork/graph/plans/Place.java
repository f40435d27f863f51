package io.blockwork.graph.plans;

import io.blockwork.graph.ops.Shape;

/**
 * Where a value lies: some channels of a buffer.
 *
 * @param buffer the buffer
 * @param from first channel
 * @param channels number of channels
 */
public record Place(Buffer buffer, int from, int channels) {
  /** Whether the value fills its buffer. */
  public boolean whole() {
    return channels == buffer.shape().channels();
  }

  /**
   * A piece of memory, for one image.
   *
   * @param id distinguishes buffers
   * @param shape its shape
   * @param slot the slot of the memory plan that it starts in; {@link #KEPT} if it has memory of
   *     its own
   */
  public record Buffer(int id, Shape shape, int slot) {
    /** Stands for memory that is not shared with any other buffer. */
    public static final int KEPT = -1;

    /** Whether the buffer has memory of its own. */
    public boolean kept() {
      return slot == KEPT;
    }
  }
}
