package io.blockwork.engine.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Memory that the kernels of one plan use in turn, each for the time of its run. Kernels reserve at
 * bind what they will need; the memory is made at the first run, when the largest wish is known.
 */
final class Scratch {
  private final Memory memory;
  private long elements = 1;
  private INDArray array;
  private Values values;

  Scratch(Memory memory) {
    this.memory = memory;
    this.array = memory.allocate(1);
    this.values = Values.of(array);
  }

  /** Asks for room for so many values. */
  void reserve(long elements) {
    this.elements = Math.max(this.elements, elements);
  }

  /** The memory, with the room reserved; its content is whatever the last user left. */
  Values values() {
    if (array.length() < elements) {
      array = memory.allocate(elements);
      values = Values.of(array);
    }
    return values;
  }
}
