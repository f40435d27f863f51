package io.blockwork.engine.onednn;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Native objects and memory with one life. What is not closed is freed by JavaCPP after the arena
 * was collected.
 */
final class Arena implements AutoCloseable {
  /** Kernels lose up to half their speed on memory that does not start on a cache line. */
  static final long ALIGNMENT = 64;

  private final Deque<Pointer> owned = new ArrayDeque<>();
  private long allocated;

  /** Keeps {@code pointer} referenced, and frees it with this arena. */
  <P extends Pointer> P own(P pointer) {
    owned.push(pointer);
    return pointer;
  }

  /** The address of {@code bytes} new bytes. */
  long allocate(long bytes) {
    BytePointer block = own(new BytePointer(Math.max(1, bytes) + ALIGNMENT));
    allocated += bytes;
    return (block.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Bytes handed out. */
  long allocated() {
    return allocated;
  }

  /** Frees everything, the youngest first. */
  @Override
  public void close() {
    while (!owned.isEmpty()) {
      owned.pop().deallocate();
    }
  }
}
