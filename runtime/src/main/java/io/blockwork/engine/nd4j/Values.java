package io.blockwork.engine.nd4j;

import io.blockwork.io.SafeText;
import io.blockwork.memory.Address;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run of numbers in native memory, read and written as doubles whatever their type is, so that
 * each kernel is written once and sums in double for both types.
 */
sealed interface Values permits Values.Floats, Values.Doubles {
  /** Copies {@code n} values from {@code at} on into the beginning of {@code to}. */
  void read(int at, double[] to, int n);

  /** Copies the first {@code n} values of {@code from} to {@code at} and on. */
  void write(int at, double[] from, int n);

  /** Number of values. */
  int length();

  /**
   * Part of a C-contiguous array.
   *
   * @param array keeps the memory alive: whoever holds the values holds the array as well
   * @param from first element
   * @param length number of elements; a single run stays below 2 GiB
   */
  static Values of(INDArray array, long from, long length) {
    long start = array.offset() + from;
    if (array.dataType() == DataType.DOUBLE) {
      DoublePointer pointer =
          new DoublePointer(array.data().pointer()).getPointer(DoublePointer.class, start);
      ByteBuffer bytes = bytes(pointer.limit(length).asByteBuffer(), length, Double.BYTES);
      return new Doubles(pointer, bytes.asDoubleBuffer());
    }
    FloatPointer pointer =
        new FloatPointer(array.data().pointer()).getPointer(FloatPointer.class, start);
    ByteBuffer bytes = bytes(pointer.limit(length).asByteBuffer(), length, Float.BYTES);
    return new Floats(pointer, bytes.asFloatBuffer());
  }

  /** All of the values, of type {@code FLOAT} or {@code DOUBLE}; whoever holds this holds them. */
  static Values of(NativeValues values) {
    long bytes = values.length() * values.type().width();
    Address start = new Address(values.address(), bytes);
    return values.type() == DataType.DOUBLE
        ? new Doubles(new DoublePointer(start).limit(values.length()), values.doubles())
        : new Floats(new FloatPointer(start).limit(values.length()), values.floats());
  }

  /** All of a C-contiguous array. */
  static Values of(INDArray array) {
    return of(array, 0, array.length());
  }

  private static ByteBuffer bytes(ByteBuffer buffer, long length, int size) {
    if (length * size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          SafeText.format(
              "one image's part of a tensor has %d bytes; expected less than 2 GiB: use smaller images",
              length * size));
    }
    return buffer.order(ByteOrder.nativeOrder());
  }

  /** Numbers of type {@code FLOAT}. */
  record Floats(FloatPointer pointer, FloatBuffer buffer) implements Values {
    @Override
    public void read(int at, double[] to, int n) {
      for (int i = 0; i < n; i++) {
        to[i] = buffer.get(at + i);
      }
    }

    @Override
    public void write(int at, double[] from, int n) {
      for (int i = 0; i < n; i++) {
        buffer.put(at + i, (float) from[i]);
      }
    }

    @Override
    public int length() {
      return buffer.limit();
    }
  }

  /** Numbers of type {@code DOUBLE}. */
  record Doubles(DoublePointer pointer, DoubleBuffer buffer) implements Values {
    @Override
    public void read(int at, double[] to, int n) {
      buffer.get(at, to, 0, n);
    }

    @Override
    public void write(int at, double[] from, int n) {
      buffer.put(at, from, 0, n);
    }

    @Override
    public int length() {
      return buffer.limit();
    }
  }
}
