package io.blockwork.weights;

import java.util.List;

/**
 * A tensor as a pickle describes it.
 *
 * @param storage what it is a view of
 * @param type what its values are
 * @param offset first element in the storage
 * @param shape sizes
 * @param strides in elements
 */
record TorchTensor(
    TorchStorage storage, ElementType type, long offset, List<Long> shape, List<Long> strides) {

  /** The tensor over the storage's place in the file, checked. */
  StoredTensor over(SourceFile file, String name, Region region) {
    try {
      if (region.length() != storage.bytes()) {
        throw file.problem(
            "storage %s has %d bytes where the pickle says %d",
            storage.key(), region.length(), storage.bytes());
      }
      long start = Math.multiplyExact(offset, type.bytes());
      return new StoredTensor(file, name, type, longs(shape), longs(strides), start, region);
    } catch (ArithmeticException e) {
      throw file.problem(e, "%s has an impossible offset or storage", name);
    }
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
