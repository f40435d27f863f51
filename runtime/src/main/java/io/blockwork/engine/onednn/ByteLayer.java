package io.blockwork.engine.onednn;

import java.util.List;

/** A layer computed in 8-bit integers. */
interface ByteLayer {
  /** Whether each channel of the first input may have a scale and a zero point of its own. */
  default boolean readsAnyGrid() {
    return false;
  }

  /** Whether it reads as fast what lies in several {@linkplain ByteParts parts}. */
  default boolean gathers() {
    return false;
  }

  /** Whether each channel of the output may have a scale and a zero point of its own. */
  default boolean writesAnyGrid() {
    return false;
  }

  /** Whether it computes on bytes only: then it needs an input and an output that are stored so. */
  default boolean bytesOnly() {
    return false;
  }

  /**
   * Whether the tensors' values suit it.
   *
   * @param reads the inputs, whose {@link ByteValue#grid} is present
   * @param write the output
   */
  default boolean accepts(List<ByteValue> reads, ByteValue write) {
    return true;
  }

  /** Makes the kernels. */
  void compile(
      Emitter e, ByteMemory values, PlanWeights weights, List<ByteValue> reads, ByteValue write);
}
