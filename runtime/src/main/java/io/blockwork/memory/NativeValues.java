package io.blockwork.memory;

import io.blockwork.io.SafeText;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Values of one type side by side in native memory, which this keeps from being freed. */
public final class NativeValues {
  /** A ByteBuffer addresses less than 2 GiB. */
  private static final long PIECE = 1L << 28;

  private final Object owner;
  private final DataType type;
  private final long address;
  private final long length;
  private final boolean readOnly;

  private NativeValues(Object owner, DataType type, long address, long length, boolean readOnly) {
    this.owner = owner;
    this.type = type;
    this.address = address;
    this.length = length;
    this.readOnly = readOnly;
  }

  /**
   * Values in a block.
   *
   * @param from index of the first one, counted in values of the type
   * @param length how many
   * @throws IndexOutOfBoundsException if the block ends before them
   */
  public static NativeValues of(NativeBlock block, DataType type, long from, long length) {
    Objects.checkFromIndexSize(from, length, block.bytes() / type.width());
    return new NativeValues(block, type, block.address() + from * type.width(), length, false);
  }

  /**
   * The values of an array; a view at an offset is fine.
   *
   * @throws IllegalArgumentException if they do not lie side by side, see {@link #isContiguous}
   * @throws IllegalStateException if they are not there any more, see {@link #requireAlive}
   */
  public static NativeValues of(INDArray array) {
    if (!isContiguous(array)) {
      throw new IllegalArgumentException("only row-major arrays without gaps have plain memory");
    }
    DataType type = array.dataType();
    return new NativeValues(
        array, type, array.isEmpty() ? 0 : address(array), array.length(), false);
  }

  /**
   * Refuses an array whose memory may hold other values by now, by the rules by which ND4J's own
   * operations refuse it.
   *
   * @throws IllegalStateException if it has been closed, or the workspace that it lies in has been
   *     left since it was made
   */
  public static void requireAlive(INDArray array) {
    if (array.wasClosed()) {
      throw new IllegalStateException("the array has been closed");
    }
    if (!array.isAttached()) {
      return;
    }
    MemoryWorkspace workspace = array.data().getParentWorkspace();
    boolean sameRound = workspace.getGenerationId() == array.data().getGenerationId();
    if (workspace.getWorkspaceType() != MemoryWorkspace.Type.CIRCULAR
        && !(workspace.isScopeActive() && sameRound)) {
      throw new IllegalStateException(
          SafeText.format(
              "the array was made in ND4J's workspace %s, which has since been closed: its memory may hold other values by now. Use the array inside the workspace, or detach() it there",
              workspace.getId()));
    }
  }

  /**
   * Where the array's first value is. A view's buffer has the address of the whole: the offset
   * comes on top (ND4J 1.0.0-M2.1).
   *
   * @throws IllegalStateException if it is not there any more, see {@link #requireAlive}
   */
  public static long address(INDArray array) {
    requireAlive(array);
    return array.data().address() + array.offset() * array.data().getElementSize();
  }

  /** Whether the array's values lie side by side in row-major order. */
  public static boolean isContiguous(INDArray array) {
    long expected = 1;
    for (int d = array.rank() - 1; d >= 0; d--) {
      if (array.size(d) != 1 && array.stride(d) != expected) {
        return array.isEmpty();
      }
      expected *= array.size(d);
    }
    return true;
  }

  /**
   * The array itself if its values lie side by side, else a copy of which that is true.
   *
   * @throws IllegalStateException if they are not there any more, see {@link #requireAlive}
   */
  public static INDArray contiguous(INDArray array) {
    requireAlive(array);
    return isContiguous(array) ? array : array.dup('c');
  }

  /** The same values for somebody who only reads them: no buffer of theirs can be written to. */
  public NativeValues readOnly() {
    return new NativeValues(owner, type, address, length, true);
  }

  /** Their type. */
  public DataType type() {
    return type;
  }

  /** How many there are. */
  public long length() {
    return length;
  }

  /**
   * Where the first one is. Whoever uses it keeps a reference to this meanwhile, and does not write
   * there if the values are {@linkplain #readOnly to be read only}.
   */
  public long address() {
    return address;
  }

  /**
   * The values, sharing their memory. Whoever uses the buffer keeps a reference to this meanwhile.
   *
   * @throws IllegalStateException if they are not of type {@code FLOAT}, or have 2 GiB or more
   */
  public FloatBuffer floats() {
    return whole(DataType.FLOAT).asFloatBuffer();
  }

  /**
   * The values, sharing their memory. Whoever uses the buffer keeps a reference to this meanwhile.
   *
   * @throws IllegalStateException if they are not of type {@code DOUBLE}, or have 2 GiB or more
   */
  public DoubleBuffer doubles() {
    return whole(DataType.DOUBLE).asDoubleBuffer();
  }

  /**
   * The values, sharing their memory. Whoever uses the buffer keeps a reference to this meanwhile.
   *
   * @throws IllegalStateException if they are not of type {@code LONG}, or have 2 GiB or more
   */
  public LongBuffer longs() {
    return whole(DataType.INT64).asLongBuffer();
  }

  private ByteBuffer whole(DataType expected) {
    long bytes = length * type.width();
    if (type != expected || bytes > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          SafeText.format(
              "expected less than 2 GiB of %s, got %d bytes of %s", expected, bytes, type));
    }
    return piece(0, bytes);
  }

  private ByteBuffer piece(long from, long bytes) {
    ByteBuffer memory = bytes(address + from, bytes);
    return readOnly ? memory.asReadOnlyBuffer().order(ByteOrder.nativeOrder()) : memory;
  }

  /**
   * Copies what remains of the buffer, however much that is, to memory that something else owns.
   */
  public static void write(FloatBuffer from, long address) {
    write(from, address, (int) PIECE / Float.BYTES);
  }

  /** Likewise, a number of values at a time. */
  static void write(FloatBuffer from, long address, int piece) {
    for (long at = address; from.hasRemaining(); ) {
      int length = Math.min(piece, from.remaining());
      floats(at, length).put(from.slice().limit(length));
      from.position(from.position() + length);
      at += (long) length * Float.BYTES;
    }
  }

  /**
   * Fills what remains of the buffer, however much that is, from memory that something else owns.
   */
  public static void read(long address, FloatBuffer to) {
    read(address, to, (int) PIECE / Float.BYTES);
  }

  /** Likewise, a number of values at a time. */
  static void read(long address, FloatBuffer to, int piece) {
    for (long at = address; to.hasRemaining(); ) {
      int length = Math.min(piece, to.remaining());
      to.put(floats(at, length));
      at += (long) length * Float.BYTES;
    }
  }

  /**
   * Memory that something else owns and keeps while the buffer is used.
   *
   * @throws IllegalArgumentException if it has 2 GiB or more
   */
  public static FloatBuffer floats(long address, long length) {
    return bytes(address, length * Float.BYTES).asFloatBuffer();
  }

  /**
   * Bytes that something else owns and keeps while the buffer is used.
   *
   * @throws IllegalArgumentException if they are 2 GiB or more
   */
  public static ByteBuffer bytes(long address, long length) {
    if (length > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          SafeText.format("a buffer holds less than 2 GiB, got %d bytes", length));
    }
    if (length == 0) {
      return ByteBuffer.allocateDirect(0);
    }
    // An absolute address: a pointer made from one at a position misplaces its elements.
    return new BytePointer(new Address(address, length))
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  /** What is done with each piece of memory. */
  public interface Piece<E extends Exception> {
    /** Takes a piece, whose position is zero. */
    void accept(ByteBuffer memory) throws E;
  }

  /** Goes through the memory in order, in pieces that a ByteBuffer can address. */
  public <E extends Exception> void forEachPiece(Piece<E> action) throws E {
    long bytes = length * type.width();
    for (long from = 0; from < bytes; from += PIECE) {
      action.accept(piece(from, Math.min(PIECE, bytes - from)));
    }
    Reference.reachabilityFence(owner);
  }

  /**
   * Makes every value zero.
   *
   * @throws IllegalStateException if they are {@linkplain #readOnly to be read only}
   */
  public void clear() {
    if (readOnly) {
      throw new IllegalStateException("these values can only be read");
    }
    Pointer.memset(new Address(address), 0, length * type.width());
    Reference.reachabilityFence(owner);
  }
}
