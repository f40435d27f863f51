package io.blockwork.weights;

import java.util.List;

/** A tensor as a pickle describes it. */
sealed interface TorchTensor {
  /**
   * One over a storage.
   *
   * @param storage what it is a view of
   * @param type what its values are
   * @param offset first element in the storage
   * @param shape sizes
   * @param strides in elements
   */
  record Dense(
      TorchStorage storage, StoredType type, long offset, List<Long> shape, List<Long> strides)
      implements TorchTensor {

    /** The tensor over the storage's place in the file, checked. */
    StoredTensor over(SourceFile file, String name, Region region) {
      if (type.bytes() == 0) {
        return new StoredTensor(file, name, "has the number type " + type.name(), longs(shape));
      }
      try {
        if (region.length() != storage.bytes()) {
          throw file.problem(
              "storage %s has %d bytes, but %d according to the pickle",
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

  /**
   * One that is not an array of numbers side by side.
   *
   * @param obstacle why it cannot be read: {@code is sparse}
   */
  record Unreadable(String obstacle) implements TorchTensor {}
}
