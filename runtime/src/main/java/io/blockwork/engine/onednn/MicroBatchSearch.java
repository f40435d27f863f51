package io.blockwork.engine.onednn;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Measures which way of computing a batch is fastest. Each is timed on single micro-batches, one on
 * each stream, and the search ends in bounded time, however many ways there are.
 */
final class MicroBatchSearch {
  /** Runs that are timed, after one that is not. */
  private static final int RUNS = 3;

  /** What another way has to save to be chosen: less may be noise, and the rule's bits repeat. */
  private static final double WORTH_WHILE = 0.95;

  /** The first ways are measured whatever it takes: the rule's, and the batch as a whole. */
  private static final int ALWAYS = 2;

  /** A bound plan, one micro-batch of which can be run on each stream. */
  interface Trial extends AutoCloseable {
    /** Runs them. */
    void run();

    @Override
    void close();
  }

  private final LongSupplier nanos;
  private final long limit;

  /**
   * A search.
   *
   * @param nanos a clock that only goes on
   * @param limit after which nothing new is begun
   */
  MicroBatchSearch(LongSupplier nanos, Duration limit) {
    this.nanos = nanos;
    this.limit = limit.toNanos();
  }

  /**
   * The fastest way.
   *
   * @param batch images
   * @param candidates at least one; the first is kept unless another is clearly faster
   * @param bind makes what is timed
   */
  MicroBatching fastest(
      int batch, List<MicroBatching> candidates, Function<MicroBatching, Trial> bind) {
    long start = nanos.getAsLong();
    MicroBatching best = candidates.get(0);
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < candidates.size(); i++) {
      if (i >= ALWAYS && nanos.getAsLong() - start > limit) {
        break;
      }
      MicroBatching candidate = candidates.get(i);
      double time = (double) candidate.rounds(batch) * shortest(bind.apply(candidate), start);
      if (i == 0) {
        least = time * WORTH_WHILE;
      } else if (time < least) {
        least = time;
        best = candidate;
      }
    }
    return best;
  }

  private long shortest(Trial made, long start) {
    try (Trial trial = made) {
      trial.run();
      long shortest = Long.MAX_VALUE;
      for (int i = 0; i == 0 || i < RUNS && nanos.getAsLong() - start <= limit; i++) {
        long begin = nanos.getAsLong();
        trial.run();
        shortest = Math.min(shortest, nanos.getAsLong() - begin);
      }
      return shortest;
    }
  }
}
