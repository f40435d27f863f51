package io.blockwork.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nd4j.linalg.api.buffer.DataType;

/** Counts the values of a stored tensor that no network can compute with. */
final class NonFinite {
  private static final int CHUNK = 1 << 16;
  private static final int FLOAT_EXPONENT = 0x7f80_0000;

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
    ByteBuffer chunk = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    int[] words = new int[size / Integer.BYTES];
    long count = 0;
    try (ByteSource source = tensor.open()) {
      long left = tensor.elements();
      while (left > 0) {
        int n = (int) Math.min(left, size / type.bytes());
        chunk.clear().limit(n * type.bytes());
        source.read(chunk);
        chunk.flip();
        count +=
            type == ElementType.FLOAT32
                ? count(words, chunk, n)
                : count(type, chunk, n, narrow ? Float.MAX_VALUE : Double.MAX_VALUE);
        left -= n;
      }
    }
    return count;
  }

  private static int count(int[] words, ByteBuffer chunk, int n) {
    chunk.asIntBuffer().get(words, 0, n);
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += (words[i] & FLOAT_EXPONENT) == FLOAT_EXPONENT ? 1 : 0;
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
