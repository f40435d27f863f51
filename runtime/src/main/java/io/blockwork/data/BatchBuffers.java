package io.blockwork.data;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The arrays that a loader's batches take turns in; made once, kept from epoch to epoch. */
final class BatchBuffers {
  /**
   * An array and its memory.
   *
   * @param images {@code [N, C, H, W]}; it must be reachable as long as the buffer is written to
   * @param values the array's own memory
   */
  record Buffer(INDArray images, FloatBuffer values) {}

  private record Key(int slot, int size) {}

  private final Map<Key, Buffer> buffers = new HashMap<>();

  /** Of the images that the buffers are for. */
  private Optional<ImageShape> current = Optional.empty();

  /** The array of a slot for batches of the given size. Those of another shape are let go. */
  Buffer get(int slot, int size, ImageShape shape) {
    if (!current.equals(Optional.of(shape))) {
      buffers.clear();
      current = Optional.of(shape);
    }
    return buffers.computeIfAbsent(new Key(slot, size), key -> allocate(size, shape));
  }

  private static Buffer allocate(int size, ImageShape shape) {
    // Workspaces would free the array at the end of the scope that happens to be open.
    try (MemoryWorkspace ignored = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray images =
          Nd4j.create(DataType.FLOAT, size, shape.channels(), shape.height(), shape.width());
      return new Buffer(images, images.data().asNioFloat());
    }
  }
}
