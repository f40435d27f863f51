package io.blockwork.jvm;

import java.util.function.BooleanSupplier;

/** Runs of the garbage collector, for what only it can bring about. */
public final class GarbageCollector {
  private GarbageCollector() {}

  /**
   * Runs the collector until what it is to bring about has come about: memory that cleaners free in
   * a thread of their own, say. A test that calls this needs a limit of its own for what never
   * comes.
   */
  public static void runUntil(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      System.gc();
      Thread.onSpinWait();
    }
  }
}
