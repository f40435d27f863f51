package io.blockwork.engine.onednn;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ND4J arrays as native memory. */
final class NativeArrays {
  private NativeArrays() {}

  /** The address of the array's first value. The array's values must be contiguous. */
  static long address(INDArray array) {
    return array.data().address() + array.offset() * array.data().getElementSize();
  }

  /** The values of a contiguous float array, sharing its memory, which must outlive the buffer. */
  static FloatBuffer floats(INDArray array) {
    return floats(address(array), array.length());
  }

  static FloatBuffer floats(long address, long length) {
    BytePointer bytes = new BytePointer(new Address(address));
    return bytes
        .capacity(length * Float.BYTES)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** The array itself if its values are contiguous in C order, else a copy that is. */
  static INDArray contiguous(INDArray array) {
    return isContiguous(array) ? array : array.dup('c');
  }

  static boolean isContiguous(INDArray array) {
    long expected = 1;
    for (int d = array.rank() - 1; d >= 0; d--) {
      if (array.size(d) != 1 && array.stride(d) != expected) {
        return false;
      }
      expected *= array.size(d);
    }
    return true;
  }
}
