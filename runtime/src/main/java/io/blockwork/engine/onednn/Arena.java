package io.blockwork.engine.onednn;

import io.blockwork.memory.NativeBlock;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.Pointer;

/**
 * Native objects and memory with one life. What is not closed is freed by JavaCPP after the arena
 * was collected.
 */
final class Arena implements AutoCloseable {
  private final Deque<Pointer> owned = new ArrayDeque<>();
  private final Deque<NativeBlock> blocks = new ArrayDeque<>();
  private final Deque<Runnable> actions = new ArrayDeque<>();
  private long allocated;

  /** Keeps {@code pointer} referenced, and frees it with this arena. */
  <P extends Pointer> P own(P pointer) {
    owned.push(pointer);
    return pointer;
  }

  /** The address of {@code bytes} new bytes. */
  long allocate(long bytes) {
    return keep(NativeBlock.allocate(bytes, "a plan"));
  }

  /** Takes a block over, to close it with this arena; returns its address. */
  long keep(NativeBlock block) {
    blocks.push(block);
    allocated += block.bytes();
    return block.address();
  }

  /** Does something when this is closed, before anything is freed. */
  void onClose(Runnable action) {
    actions.push(action);
  }

  /** Bytes handed out. */
  long allocated() {
    return allocated;
  }

  /** Frees everything, the youngest first. */
  @Override
  public void close() {
    while (!actions.isEmpty()) {
      actions.pop().run();
    }
    while (!owned.isEmpty()) {
      owned.pop().deallocate();
    }
    while (!blocks.isEmpty()) {
      blocks.pop().close();
    }
  }
}
