package io.blockwork.engine.nd4j;

import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;

/** The threads that a pass runs on, besides the one that asks for it. */
sealed interface Workers {
  /** Runs a pass. Loops that it starts by {@link Parallel} are shared out to these threads. */
  void run(Runnable pass);

  /**
   * Threads of an engine's own, or those that all share.
   *
   * @param threads as many, or nothing for the common pool's
   */
  static Workers of(Optional<Integer> threads) {
    return threads.<Workers>map(count -> new Own(new ForkJoinPool(count))).orElseGet(Common::new);
  }

  /** The threads that all parallel streams share. */
  record Common() implements Workers {
    @Override
    public void run(Runnable pass) {
      BlasThreads.single(pass);
    }
  }

  /** A pool, whose idle threads end by themselves. */
  record Own(ForkJoinPool pool) implements Workers {
    @Override
    public void run(Runnable pass) {
      BlasThreads.single(() -> pool.invoke(ForkJoinTask.adapt(pass)));
    }
  }
}
