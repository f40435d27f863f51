package io.blockwork.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of a contiguous array, in pieces that a ByteBuffer can address. */
final class NativeMemory {
  private static final long PIECE = 1L << 28;

  private final INDArray array;
  private final long address;
  private final long bytes;

  /**
   * @param array in row-major order without gaps; a view at an offset is fine
   */
  NativeMemory(INDArray array) {
    if (!gapless(array)) {
      throw new IllegalArgumentException("only row-major arrays without gaps have plain memory");
    }
    this.array = array;
    long width = array.dataType().width();
    // A view's buffer has the address of the whole: the offset comes on top (ND4J 1.0.0-M2.1).
    this.address = array.isEmpty() ? 0 : array.data().pointer().address() + array.offset() * width;
    this.bytes = array.length() * width;
  }

  private static boolean gapless(INDArray array) {
    if (array.isEmpty()) {
      return true;
    }
    long expected = 1;
    for (int d = array.rank() - 1; d >= 0; d--) {
      if (array.size(d) != 1 && array.stride(d) != expected) {
        return false;
      }
      expected *= array.size(d);
    }
    return true;
  }

  /** The memory of the array, or of a row-major copy if it has gaps or another order. */
  static NativeMemory of(INDArray array) {
    return new NativeMemory(gapless(array) ? array : array.dup('c'));
  }

  /** What is done with each piece. */
  interface Piece<E extends Exception> {
    void accept(ByteBuffer memory) throws E;
  }

  /** Goes through the memory in order; each piece's position is zero. */
  <E extends Exception> void forEachPiece(Piece<E> action) throws E {
    for (long from = 0; from < bytes; from += PIECE) {
      action.accept(piece(from, Math.min(PIECE, bytes - from)));
    }
    java.lang.ref.Reference.reachabilityFence(array);
  }

  private ByteBuffer piece(long from, long length) {
    // An absolute address: a pointer made from one at a position misplaces its elements.
    BytePointer pointer = new BytePointer(new Absolute(address + from, length));
    return pointer.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  private static final class Absolute extends Pointer {
    Absolute(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }
}
