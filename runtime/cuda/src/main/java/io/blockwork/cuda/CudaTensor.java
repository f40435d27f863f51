package io.blockwork.cuda;

import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.engine.Tensor;
import io.blockwork.io.SafeText;

/**
 * A range of channels of a tensor that lies channels-last in an arena.
 *
 * @param storage the memory
 * @param form what all tensors of a pass share
 * @param parent channels of the whole tensor at the storage's start
 * @param from first channel of the range
 * @param channels channels in the range
 * @param height rows
 * @param width columns
 */
record CudaTensor(
    Arena.Storage storage, Form form, int parent, int from, int channels, int height, int width)
    implements Tensor, Place {

  /** Batch and numbers of all tensors of a pass. */
  record Form(int batch, Numerics numerics) {}

  static CudaTensor whole(Arena.Storage storage, Form form, int channels, int height, int width) {
    CudaTensor tensor = new CudaTensor(storage, form, channels, 0, channels, height, width);
    storage.atLeast(tensor.bytes());
    return tensor;
  }

  @Override
  public CudaTensor slice(int begin, int end) {
    if (begin < 0 || end > channels || begin >= end) {
      throw new IndexOutOfBoundsException(
          SafeText.format("channels %d to %d are not within %s", begin, end, shape()));
    }
    return new CudaTensor(storage, form, parent, from + begin, end - begin, height, width);
  }

  /** Values from one pixel to the next. */
  int pitch() {
    return roundUp(parent, form.numerics().alignment());
  }

  static int roundUp(int value, int unit) {
    return (value + unit - 1) / unit * unit;
  }

  /** Pixels of one image. */
  int plane() {
    return height * width;
  }

  /** Pixels of all images. */
  int pixels() {
    return Math.multiplyExact(form.batch(), plane());
  }

  /** Values of one image. */
  long elements() {
    return (long) channels * plane();
  }

  /** Bytes of the whole tensor. */
  private long bytes() {
    return (long) pixels() * pitch() * form.numerics().bytes();
  }

  boolean isWhole() {
    return channels == parent;
  }

  /** Whether kernels may go through its channels 16 bytes at a time, the padding included. */
  boolean isAligned() {
    int unit = form.numerics().alignment();
    return isWhole() || from % unit == 0 && channels % unit == 0;
  }

  /** Whether its first value stands at a multiple of 16 bytes. */
  boolean beginsAligned() {
    return from % form.numerics().alignment() == 0;
  }

  /** The channels that a kernel sees which takes 16 bytes at a time. */
  int paddedChannels() {
    return roundUp(channels, form.numerics().alignment());
  }

  /** Whether the two have memory in common. */
  boolean overlaps(CudaTensor other) {
    if (storage != other.storage) {
      return false;
    }
    return !hasShapeOf(other) || from < other.from + other.channels && other.from < from + channels;
  }

  /** Whether the two see memory as a whole of the same shape, if they see the same. */
  private boolean hasShapeOf(CudaTensor other) {
    return parent == other.parent && height == other.height && width == other.width;
  }

  /** Whether nothing is left of this one's values when the other is written. */
  boolean endsWith(CudaTensor other) {
    // A plan gives memory to another shape only when nobody reads the old one any more.
    return equals(other) || storage == other.storage && !hasShapeOf(other);
  }

  @Override
  public long address() {
    return storage.address() + (long) from * form.numerics().bytes();
  }

  @Override
  public String toString() {
    return SafeText.format("%s[%d..%d) %s", storage, from, from + channels, shape());
  }
}
