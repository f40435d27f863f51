package io.blockwork.engine.onednn;

import io.blockwork.engine.Tensor;
import io.blockwork.io.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * A range of channels of a tensor in a plan's memory.
 *
 * @param storage the memory
 * @param parent channels of the whole tensor at the storage's start
 * @param from first channel of the range
 * @param channels channels in the range
 * @param height rows
 * @param width columns
 */
record PlanTensor(Storage storage, int parent, int from, int channels, int height, int width)
    implements Tensor {

  /** Memory of its own life: one slot of the compile-time plan, or one kept tensor. */
  static final class Storage {
    private final String name;

    Storage(String name) {
      this.name = name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static PlanTensor whole(Storage storage, int channels, int height, int width) {
    return new PlanTensor(storage, channels, 0, channels, height, width);
  }

  @Override
  public PlanTensor slice(int begin, int end) {
    if (begin < 0 || end > channels || begin >= end) {
      throw new IndexOutOfBoundsException(
          SafeText.format("channels %d to %d are not within %s", begin, end, shape()));
    }
    return new PlanTensor(storage, parent, from + begin, end - begin, height, width);
  }

  /** The whole tensor that this is a part of. */
  PlanTensor whole() {
    return whole(storage, parent, height, width);
  }

  /** The same range in other memory. */
  PlanTensor in(Storage other) {
    return new PlanTensor(other, parent, from, channels, height, width);
  }

  boolean isWhole() {
    return channels == parent;
  }

  int pixels() {
    return height * width;
  }

  long elements() {
    return (long) channels * pixels();
  }

  /**
   * Written out, as is {@link #equals}: a record's own cost a process 20 ms before their first use.
   */
  @Override
  public int hashCode() {
    int hash = storage.hashCode();
    for (int each : new int[] {parent, from, channels, height, width}) {
      hash = 31 * hash + each;
    }
    return hash;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PlanTensor that
        && storage == that.storage
        && parent == that.parent
        && from == that.from
        && channels == that.channels
        && height == that.height
        && width == that.width;
  }

  @Override
  public String toString() {
    return SafeText.format("%s[%d..%d) %s", storage, from, from + channels, shape());
  }
}
