package io.blockwork.engine.winograd;

import io.blockwork.memory.NativeFunctions;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Memory between two pages that kill the process when they are touched. */
public final class Guarded implements AutoCloseable {
  private static final int NONE = 0;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final long PAGE = 4096;

  private final long map;
  private final long mapped;
  private final long address;
  private final long bytes;

  /**
   * Room for floats.
   *
   * @param length how many
   * @param atEnd whether they end where the page after them begins; else they begin where the page
   *     before them ends
   */
  public Guarded(int length, boolean atEnd) {
    this((long) length * Float.BYTES, atEnd);
  }

  /** Room for so many bytes, likewise. */
  public static Guarded ofBytes(int length, boolean atEnd) {
    return new Guarded((long) length, atEnd);
  }

  private Guarded(long bytes, boolean atEnd) {
    this.bytes = bytes;
    long pages = (bytes + PAGE - 1) / PAGE * PAGE;
    mapped = pages + 2 * PAGE;
    map = function("mmap").callForAddress(0L, mapped, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
    function("mprotect").call(map, PAGE, NONE);
    function("mprotect").call(map + PAGE + pages, PAGE, NONE);
    address = atEnd ? map + PAGE + pages - bytes : map + PAGE;
  }

  private static NativeFunctions.NativeFunction function(String name) {
    return NativeFunctions.find(name).orElseThrow();
  }

  /** Where it starts. */
  public long address() {
    return address;
  }

  /** Its values. */
  public FloatBuffer floats() {
    return NativeValues.floats(address, bytes / Float.BYTES);
  }

  /** Its bytes. */
  public ByteBuffer bytes() {
    return NativeValues.bytes(address, bytes);
  }

  @Override
  public void close() {
    function("munmap").call(map, mapped);
  }
}
