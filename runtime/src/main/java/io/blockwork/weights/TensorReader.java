package io.blockwork.weights;

import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Streams stored tensors into arrays, converting the number type where it differs. */
final class TensorReader {
  /** Bytes of the buffer for conversions; 8-byte elements divide it. */
  private static final int CHUNK = 1 << 16;

  private TensorReader() {}

  /** A new array of the stored shape and type. */
  static INDArray read(StoredTensor tensor) {
    DataType dataType = tensor.type().dataType();
    long[] shape = tensor.shape();
    if (tensor.elements() == 0) {
      return Nd4j.create(dataType, shape);
    }
    INDArray array =
        shape.length == 0
            ? Nd4j.scalar(dataType, 0)
            : Nd4j.createUninitialized(dataType, shape, 'c');
    readInto(tensor, NativeValues.of(array));
    return array;
  }

  /**
   * Whether values of the stored type can go into an array of the other type. Counters take any
   * numbers: whoever casts a whole {@code state_dict} casts them too.
   */
  static boolean convertible(ElementType stored, DataType target) {
    return target == DataType.INT64
        || stored.floating() && (target == DataType.FLOAT || target == DataType.DOUBLE);
  }

  /** Overwrites the values, of which there are as many as stored. */
  static void readInto(StoredTensor tensor, NativeValues target) {
    if (tensor.elements() == 0) {
      return;
    }
    try (ByteSource source = tensor.open()) {
      if (target.type() == tensor.type().dataType()
          && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
        target.forEachPiece(source::read);
      } else {
        target.forEachPiece(p -> convert(source, tensor.type(), p, target.type()));
      }
    }
  }

  private static void convert(
      ByteSource source, ElementType type, ByteBuffer target, DataType dataType) {
    int width = type.bytes();
    int targetWidth = dataType.width();
    int needed = (int) Math.min(CHUNK, (long) target.capacity() / targetWidth * width);
    ByteBuffer chunk = ByteBuffer.allocate(needed).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (at < target.capacity()) {
      int count = Math.min(needed / width, (target.capacity() - at) / targetWidth);
      chunk.clear().limit(count * width);
      source.read(chunk);
      for (int i = 0; i < count; i++, at += targetWidth) {
        switch (dataType) {
          case FLOAT -> target.putFloat(at, (float) type.real(chunk, i * width));
          case DOUBLE -> target.putDouble(at, type.real(chunk, i * width));
          case LONG -> target.putLong(at, type.count(chunk, i * width));
          default -> throw new IllegalStateException("no conversion to " + dataType);
        }
      }
    }
  }
}
