package io.blockwork.memory;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.indexer.LongIndexer;
import org.bytedeco.javacpp.indexer.LongRawIndexer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Looks for values that are NaN or infinite, eight bytes at a time: a ten-thousandth of the time
 * that a network takes for the same values.
 */
public final class Finite {
  /** The bits of two floats, or of a double, without their signs. */
  private static final long FLOATS = 0x7fffffff_7fffffffL;

  private static final long DOUBLE = Long.MAX_VALUE;

  /** What carries into the sign only if all bits of an exponent are set. */
  private static final long FLOATS_CARRY = 0x00800000_00800000L;

  private static final long DOUBLE_CARRY = 0x00100000_00000000L;
  private static final long FLOATS_SIGN = 0x80000000_80000000L;
  private static final long DOUBLE_SIGN = Long.MIN_VALUE;

  /**
   * All memory as longs, by their addresses over eight: a buffer for each look would be garbage.
   */
  private static final LongIndexer MEMORY =
      new LongRawIndexer(new LongPointer(new Address(0)).limit(Long.MAX_VALUE / Long.BYTES));

  private Finite() {}

  /** Whether all values are finite; {@code FLOAT} and {@code DOUBLE} only, others always are. */
  public static boolean all(NativeValues values) {
    boolean finite = all(values.address(), values.length(), values.type());
    Reference.reachabilityFence(values);
    return finite;
  }

  /** Likewise of an array whose values lie side by side. */
  public static boolean all(INDArray array) {
    boolean finite = all(NativeValues.address(array), array.length(), array.dataType());
    Reference.reachabilityFence(array);
    return finite;
  }

  private static boolean all(long address, long length, DataType type) {
    return switch (type) {
      case FLOAT -> floats(address, length);
      case DOUBLE ->
          (bits(address, address + length * Double.BYTES, DOUBLE, DOUBLE_CARRY) & DOUBLE_SIGN) == 0;
      default -> true;
    };
  }

  /**
   * Whether floats that something else owns, and keeps meanwhile, are all finite.
   *
   * @param address of the first one
   * @param length how many there are
   */
  public static boolean floats(long address, long length) {
    long end = address + length * Float.BYTES;
    // A float may be left over at either end.
    boolean first = address % Long.BYTES == 0 || length == 0 || Float.isFinite(value(address));
    boolean last = end % Long.BYTES == 0 || length == 0 || Float.isFinite(value(end - Float.BYTES));
    return first && last && (bits(address, end, FLOATS, FLOATS_CARRY) & FLOATS_SIGN) == 0;
  }

  private static float value(long address) {
    return NativeValues.floats(address, 1).get(0);
  }

  /** Whole longs from the first one after {@code from} to the last one before {@code to}. */
  private static long bits(long from, long to, long magnitude, long carry) {
    long end = to / Long.BYTES;
    long found = 0;
    for (long i = (from + Long.BYTES - 1) / Long.BYTES; i < end; i++) {
      found |= (MEMORY.get(i) & magnitude) + carry;
    }
    return found;
  }

  /** Index of the first value that is not finite, or -1. */
  public static long firstException(NativeValues values) {
    long[] at = {0, -1};
    values.forEachPiece(
        piece -> {
          boolean doubles = values.type() == DataType.DOUBLE;
          int width = values.type().width();
          for (int i = 0; i < piece.limit() && at[1] < 0; i += width) {
            double value = doubles ? piece.getDouble(i) : piece.getFloat(i);
            at[1] = Double.isFinite(value) ? -1 : at[0] + i / width;
          }
          at[0] += piece.limit() / width;
        });
    return at[1];
  }

  /** Index of the first value that is not finite, or -1. */
  public static int firstException(float[] values) {
    for (int i = 0; i < values.length; i++) {
      // Neither NaN nor infinite.
      if (!(Math.abs(values[i]) <= Float.MAX_VALUE)) {
        return i;
      }
    }
    return -1;
  }
}
