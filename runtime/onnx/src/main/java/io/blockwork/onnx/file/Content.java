package io.blockwork.onnx.file;

/** Where the values of a tensor are. */
sealed interface Content {
  /** As they lie in memory, little-endian, in a file. */
  record Stored(Bytes bytes, long offset) implements Content {}

  /** Worked out, or written down in the file one by one. */
  record Numbers(double[] values) implements Content {}

  /** Worked out, as integers of any size. */
  record Integers(long[] values) implements Content {}

  /** All the same. */
  record Uniform(double value) implements Content {}

  /** Those of another tensor with its axes in another order: axis i is axis {@code order[i]}. */
  record Transposed(OnnxTensor of, int[] order) implements Content {}
}
