package io.blockwork.memory;

import io.blockwork.io.SafeText;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the native memory of {@link NativeBlock}s, and decides whether there is room for more. The
 * garbage collector does not feel native memory: this calls it before much more is taken than there
 * was after the last time, so that what nobody closed goes first.
 */
final class NativeMemory {
  /** How often the collector is called, and its work awaited, before memory counts as exhausted. */
  private static final int ATTEMPTS = 10;

  private static final long PATIENCE_MILLIS = 50;
  private static final long MEGABYTE = 1 << 20;

  private final long limit;
  private final long unconcerned;
  private final Runnable collector;
  private final AtomicLong living = new AtomicLong();

  /** Bytes from which on the collector is called. */
  private final AtomicLong nextCollection;

  /**
   * @param limit the most bytes that there may be
   * @param unconcerned bytes below which the collector is left alone
   * @param collector finds blocks that nobody refers to any more
   */
  NativeMemory(long limit, long unconcerned, Runnable collector) {
    this.limit = limit;
    this.unconcerned = unconcerned;
    this.collector = collector;
    this.nextCollection = new AtomicLong(unconcerned);
  }

  /** That of this process. */
  static NativeMemory ofProcess() {
    return Process.MEMORY;
  }

  private static final class Process {
    static final NativeMemory MEMORY =
        new NativeMemory(MachineMemory.bytes(), Runtime.getRuntime().maxMemory(), System::gc);
  }

  /** Bytes of all blocks that have not been freed. */
  long living() {
    return living.get();
  }

  /**
   * Counts more bytes.
   *
   * @param what they are for, for people
   * @throws OutOfMemoryError if there is no room for them; nothing is counted then
   */
  void take(long bytes, String what) {
    require(bytes, what);
    living.addAndGet(bytes);
  }

  /** Counts bytes that were freed. */
  void give(long bytes) {
    living.addAndGet(-bytes);
  }

  /**
   * Makes sure that there is room for more bytes.
   *
   * @param what they are for, for people
   * @throws OutOfMemoryError if there is not
   */
  void require(long bytes, String what) {
    if (living.get() + bytes > nextCollection.get()) {
      collector.run();
      nextCollection.set(Math.max(unconcerned, 2 * (living.get() + bytes)));
    }
    for (int i = 0; i < ATTEMPTS && !fits(bytes); i++) {
      collector.run();
      pause();
    }
    if (!fits(bytes)) {
      throw new OutOfMemoryError(
          SafeText.format(
              "%d MB of native memory were requested for %s, but parameters, plans and batches already hold %d of the %d MB available",
              bytes / MEGABYTE, what, living.get() / MEGABYTE, limit / MEGABYTE));
    }
  }

  /** The most bytes that there may be. */
  long limit() {
    return limit;
  }

  private boolean fits(long bytes) {
    return bytes <= limit - living.get();
  }

  /** What the collector has found is freed by another thread. */
  private static void pause() {
    try {
      Thread.sleep(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
