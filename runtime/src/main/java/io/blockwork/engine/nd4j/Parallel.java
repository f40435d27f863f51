package io.blockwork.engine.nd4j;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Splits loops over planes between the cores. */
final class Parallel {
  /** Work, in elements, below which a second thread costs more than it gains. */
  private static final long WORTH_A_THREAD = 1 << 15;

  private Parallel() {}

  /** Does the items {@code from} (inclusive) to {@code to} (exclusive). */
  @FunctionalInterface
  interface Range {
    void run(int from, int to);
  }

  /**
   * Runs items 0 to {@code items - 1}, in ranges side by side.
   *
   * @param elements how many numbers one item touches
   */
  static void run(int items, long elements, Range range) {
    long useful = Math.max(1, items * elements / WORTH_A_THREAD);
    int parts = (int) Math.min(Math.min(useful, items), workers());
    if (parts <= 1) {
      range.run(0, items);
      return;
    }
    IntStream.range(0, parts)
        .parallel()
        .forEach(
            p ->
                range.run(
                    (int) ((long) items * p / parts), (int) ((long) items * (p + 1) / parts)));
  }

  /** Threads that work side by side: those of the pool that runs the pass, if one does. */
  static int workers() {
    ForkJoinPool own = ForkJoinTask.getPool();
    return own == null || own == ForkJoinPool.commonPool()
        ? ForkJoinPool.getCommonPoolParallelism() + 1
        : own.getParallelism();
  }

  /** Runs items 0 to {@code items - 1}, each of them worth a thread. */
  static void runAll(int items, IntConsumer item) {
    if (items == 1) {
      item.accept(0);
    } else {
      IntStream.range(0, items).parallel().forEach(item);
    }
  }
}
