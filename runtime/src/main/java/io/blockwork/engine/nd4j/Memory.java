package io.blockwork.engine.nd4j;

import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The arrays of one bound plan: one for each slot of the compile-time memory plan, and the kept.
 */
final class Memory implements AutoCloseable {
  private final DataType dataType;
  private final int batch;
  private final List<INDArray> arrays = new ArrayList<>();
  private final List<INDArray> slots = new ArrayList<>();
  private final Map<SlotKey, Nd4jTensor> tensors = new HashMap<>();

  private record SlotKey(int slot, int channels, int height, int width) {}

  Memory(DataType dataType, int batch) {
    this.dataType = dataType;
    this.batch = batch;
  }

  int batch() {
    return batch;
  }

  /** An array of zeros that lives until this memory is closed, whatever workspace is active. */
  synchronized INDArray allocate(long elements) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray array = Nd4j.create(dataType, Math.max(1, elements));
      arrays.add(array);
      return array;
    }
  }

  void slots(long... elements) {
    if (!slots.isEmpty()) {
      throw new IllegalStateException("slots: declared twice");
    }
    for (long size : elements) {
      slots.add(allocate(Math.multiplyExact(size, batch)));
    }
  }

  Nd4jTensor slot(int slot, int channels, int height, int width, boolean gradientNeeded) {
    return tensors.computeIfAbsent(
        new SlotKey(slot, channels, height, width),
        key -> {
          INDArray memory = slots.get(slot);
          long needed = (long) channels * height * width;
          if (needed * batch > memory.length()) {
            throw new ShapeMismatchException(
                SafeText.format(
                    "slot %d: expected room for %d x %d x %d = %d elements per image, got %d",
                    slot, channels, height, width, needed, memory.length() / batch));
          }
          return Nd4jTensor.at(memory, batch, channels, height, width, gradientNeeded);
        });
  }

  Nd4jTensor keep(int channels, int height, int width, boolean gradientNeeded) {
    INDArray memory = allocate((long) batch * channels * height * width);
    return Nd4jTensor.at(memory, batch, channels, height, width, gradientNeeded);
  }

  @Override
  public void close() {
    for (INDArray array : arrays) {
      if (array.closeable()) {
        array.close();
      }
    }
    arrays.clear();
  }
}
