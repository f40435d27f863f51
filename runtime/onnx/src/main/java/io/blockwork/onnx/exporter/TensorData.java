package io.blockwork.onnx.exporter;

import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;

/** The values of an initialiser, made when they are written. */
abstract class TensorData {
  /** Takes the values piece by piece, in the byte order of ONNX. */
  interface Sink<E extends Exception> {
    /** Takes the next bytes. They stay as they are until the export is done. */
    void accept(ByteBuffer bytes) throws E;
  }

  private static final int PIECE = 1 << 20;

  /** How many bytes there are. */
  abstract long bytes();

  /**
   * Writes the values.
   *
   * @throws IllegalStateException if one of them is not finite in the file's type
   */
  abstract <E extends Exception> void write(Sink<E> sink) throws E;

  /**
   * Values of a network.
   *
   * @param type that of the file
   */
  static TensorData of(String name, NativeValues values, DataType type) {
    boolean same = values.type() == type && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return same ? new Memory(values) : new Converted(name, values, type);
  }

  /**
   * Values that are computed.
   *
   * @param count how many
   */
  static TensorData computed(String name, long count, DataType type, Supplier<double[]> values) {
    return new Computed(name, count, type, values);
  }

  /** Bytes as the file has them. */
  static TensorData plain(ByteBuffer bytes) {
    return new Plain(bytes);
  }

  /** Numbers of 64 bits. */
  static TensorData longs(long... values) {
    ByteBuffer bytes = buffer(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return new Plain(bytes);
  }

  /** A buffer in the byte order of ONNX. */
  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes that lie in memory as the file wants them. */
  private static final class Memory extends TensorData {
    private final NativeValues values;

    Memory(NativeValues values) {
      this.values = values;
    }

    @Override
    long bytes() {
      return values.length() * values.type().width();
    }

    @Override
    <E extends Exception> void write(Sink<E> sink) throws E {
      values.forEachPiece(sink::accept);
    }
  }

  private static final class Plain extends TensorData {
    private final ByteBuffer bytes;

    Plain(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    long bytes() {
      return bytes.capacity();
    }

    @Override
    <E extends Exception> void write(Sink<E> sink) throws E {
      sink.accept(bytes.duplicate());
    }
  }

  /** Values of another type than the file's. */
  private static final class Converted extends TensorData {
    private final String name;
    private final NativeValues values;
    private final DataType type;

    Converted(String name, NativeValues values, DataType type) {
      this.name = name;
      this.values = values;
      this.type = type;
    }

    @Override
    long bytes() {
      return values.length() * type.width();
    }

    @Override
    <E extends Exception> void write(Sink<E> sink) throws E {
      boolean single = values.type() == DataType.FLOAT;
      values.<E>forEachPiece(
          piece -> {
            ByteBuffer native64 = piece.order(ByteOrder.nativeOrder());
            FloatBuffer floats = single ? native64.asFloatBuffer() : FloatBuffer.allocate(0);
            DoubleBuffer doubles = single ? DoubleBuffer.allocate(0) : native64.asDoubleBuffer();
            int count = single ? floats.remaining() : doubles.remaining();
            for (int from = 0; from < count; from += PIECE) {
              double[] some = new double[Math.min(PIECE, count - from)];
              for (int i = 0; i < some.length; i++) {
                some[i] = single ? floats.get(from + i) : doubles.get(from + i);
              }
              sink.accept(encoded(name, some, type));
            }
          });
    }
  }

  private static final class Computed extends TensorData {
    private final String name;
    private final long count;
    private final DataType type;
    private final Supplier<double[]> values;

    Computed(String name, long count, DataType type, Supplier<double[]> values) {
      this.name = name;
      this.count = count;
      this.type = type;
      this.values = values;
    }

    @Override
    long bytes() {
      return count * type.width();
    }

    @Override
    <E extends Exception> void write(Sink<E> sink) throws E {
      double[] all = values.get();
      for (int from = 0; from < all.length; from += PIECE) {
        int to = Math.min(all.length, from + PIECE);
        sink.accept(encoded(name, Arrays.copyOfRange(all, from, to), type));
      }
    }
  }

  private static ByteBuffer encoded(String name, double[] values, DataType type) {
    ByteBuffer bytes = buffer(values.length * type.width());
    for (double value : values) {
      boolean single = type == DataType.FLOAT;
      if (single ? !Float.isFinite((float) value) : !Double.isFinite(value)) {
        throw new IllegalStateException(
            io.blockwork.io.SafeText.format(
                "%s: %s is not finite in a file of type %s; look at the running variance of the"
                    + " norm, or export as DOUBLE",
                name, value, type));
      }
      if (single) {
        bytes.putFloat((float) value);
      } else {
        bytes.putDouble(value);
      }
    }
    return bytes.flip();
  }
}
