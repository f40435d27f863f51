package io.blockwork.weights;

import io.blockwork.memory.Finite;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nd4j.linalg.api.buffer.DataType;

/** Counts the values of a stored tensor that no network can compute with. */
final class NonFinite {
  /** Bytes that are read at a time: they stay in the cache until they have been looked at. */
  private static final int CHUNK = 1 << 16;

  private NonFinite() {}

  /**
   * How many values are NaN or infinite, or become so in an array of the target's type.
   *
   * @param target the type of the array that the values are meant for
   */
  static long count(StoredTensor tensor, DataType target) {
    ElementType type = tensor.type();
    if (!type.floating()) {
      return 0;
    }
    boolean narrow = target == DataType.FLOAT;
    int size = (int) Math.min(CHUNK, tensor.elements() * type.bytes());
    long count = 0;
    // Native memory: a channel reads into it without a copy.
    try (ByteSource source = tensor.open();
        NativeBlock block = NativeBlock.allocate(size)) {
      ByteBuffer chunk = NativeValues.bytes(block.address(), size).order(ByteOrder.LITTLE_ENDIAN);
      long left = tensor.elements();
      while (left > 0) {
        int n = (int) Math.min(left, size / type.bytes());
        chunk.clear().limit(n * type.bytes());
        source.read(chunk);
        chunk.flip();
        if (type != ElementType.FLOAT32 || !Finite.floats(block.address(), n)) {
          count += count(type, chunk, n, narrow ? Float.MAX_VALUE : Double.MAX_VALUE);
        }
        left -= n;
      }
    }
    return count;
  }

  private static int count(ElementType type, ByteBuffer chunk, int n, double largest) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += Math.abs(type.real(chunk, i * type.bytes())) <= largest ? 0 : 1;
    }
    return count;
  }
}
