package io.blockwork.memory;

import io.blockwork.io.SafeText;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Native memory that starts on a cache line, and on a huge page if it is large. It is freed when it
 * is closed, or after it and every ND4J buffer over it have been collected.
 */
public final class NativeBlock implements AutoCloseable {
  /** Kernels lose up to half their speed on memory that does not start on a cache line. */
  private static final long CACHE_LINE = 64;

  /** Smaller blocks gain nothing from huge pages and would waste most of one. */
  private static final long LARGE = 2 * HugePages.SIZE;

  static {
    JavaCpp.prepare();
  }

  private final Owner owner;
  private final long bytes;

  private NativeBlock(Owner owner, long bytes) {
    this.owner = owner;
    this.bytes = bytes;
  }

  /**
   * A new block, whose values are undefined. Its size is bounded by the machine's memory, whatever
   * the size of Java's heap and JavaCPP's limits, which follow it.
   *
   * @param bytes its size; may be 0
   * @throws OutOfMemoryError if the machine has no room for it, even after garbage collection
   */
  public static NativeBlock allocate(long bytes) {
    return allocate(bytes, "a block of values");
  }

  /**
   * A new block, as {@link #allocate(long)} makes it.
   *
   * @param bytes its size; may be 0
   * @param what it is for, for people: {@code parameters}
   * @throws OutOfMemoryError if the machine has no room for it, even after garbage collection; the
   *     message says what asked for how many bytes
   */
  public static NativeBlock allocate(long bytes, String what) {
    long alignment = bytes >= LARGE ? HugePages.SIZE : CACHE_LINE;
    Owner owner = new Owner(bytes, alignment, what);
    if (bytes >= LARGE) {
      HugePages.advise(owner.address(), bytes);
    }
    return new NativeBlock(owner, bytes);
  }

  /**
   * A new block of which little will be written, here and there: the system is not asked for huge
   * pages, each of which it would fill with zeros for a few values.
   *
   * @param bytes its size; may be 0
   * @param what it is for, for people
   * @throws OutOfMemoryError if the machine has no room for it, even after garbage collection
   */
  public static NativeBlock allocateSparse(long bytes, String what) {
    return new NativeBlock(new Owner(bytes, CACHE_LINE, what), bytes);
  }

  /**
   * Makes sure that there is room for blocks of so many bytes together, before the first is made.
   *
   * @param what they are for, for people
   * @throws OutOfMemoryError if there is not, even after garbage collection
   */
  public static void requireRoom(long bytes, String what) {
    NativeMemory.ofProcess().require(bytes, what);
  }

  /** The most bytes that blocks may have together: the machine's memory, or the container's. */
  public static long mostBytes() {
    return NativeMemory.ofProcess().limit();
  }

  /** Bytes of all blocks of this process that have been neither closed nor collected. */
  public static long livingBytes() {
    return NativeMemory.ofProcess().living();
  }

  /** Where it starts. */
  public long address() {
    return owner.address();
  }

  /** Its size. */
  public long bytes() {
    return bytes;
  }

  /** Makes every byte zero. */
  public void clear() {
    Pointer.memset(new Address(address()), 0, bytes);
  }

  /**
   * The whole block as a buffer of ND4J, which keeps it from being freed.
   *
   * @param type {@code FLOAT}, {@code DOUBLE} or {@code LONG}
   * @throws IllegalArgumentException if it is another type
   */
  public DataBuffer buffer(DataType type) {
    // A copy of the owner holds on to it; its capacity counts values.
    Pointer values =
        switch (type) {
          case FLOAT -> new FloatPointer(owner);
          case DOUBLE -> new DoublePointer(owner);
          case LONG -> new LongPointer(owner);
          default -> throw new IllegalArgumentException("no buffer of type " + type);
        };
    long length = bytes / type.width();
    return Nd4j.createBuffer(values.limit(length).capacity(length), length, type);
  }

  /** Frees the memory, which nothing may use any more. */
  @Override
  public void close() {
    owner.deallocate();
  }

  /** What frees the memory. */
  private static final class Owner extends Pointer {
    Owner(long bytes, long alignment, String what) {
      super(take(bytes, alignment, what));
      Address raw = new Address(address);
      // JavaCPP counts what a pointer spans when it is given its deallocator: nothing.
      capacity = 0;
      limit = 0;
      deallocator(
          () -> {
            Pointer.free(raw);
            NativeMemory.ofProcess().give(bytes);
          });
      address = (address + alignment - 1) / alignment * alignment;
    }

    private static Pointer take(long bytes, long alignment, String what) {
      NativeMemory.ofProcess().take(bytes, what);
      Pointer memory = Pointer.malloc(Math.addExact(bytes, alignment));
      if (memory == null || memory.isNull()) {
        NativeMemory.ofProcess().give(bytes);
        throw new OutOfMemoryError(
            SafeText.format(
                "the system refused to give %d MB of native memory for %s", bytes >> 20, what));
      }
      return memory;
    }
  }
}
