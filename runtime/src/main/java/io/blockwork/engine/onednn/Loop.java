package io.blockwork.engine.onednn;

import io.blockwork.parameters.SharedWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A kernel of our own, for what oneDNN lacks or has only slow reference kernels for: plain Java,
 * shared out between the plan's threads.
 */
final class Loop implements Runnable {
  /** Items {@code from} (inclusive) to {@code to} (exclusive), independent of all others. */
  @FunctionalInterface
  interface Body {
    void run(int from, int to);
  }

  private final int items;
  private final int threads;
  private final Supplier<Body> maker;
  private Optional<Body> body = Optional.empty();

  /**
   * Describes a loop.
   *
   * @param items independent pieces of work
   * @param threads how many share them
   * @param maker makes the body, at the first run: only then temporaries have their memory
   */
  Loop(int items, int threads, Supplier<Body> maker) {
    this.items = items;
    this.threads = threads;
    this.maker = maker;
  }

  @Override
  public void run() {
    Body work = body.orElseGet(maker);
    body = Optional.of(work);
    int parts = Math.min(items, threads);
    if (parts <= 1) {
      work.run(0, items);
    } else {
      List<Runnable> tasks = new ArrayList<>();
      for (int p = 0; p < parts; p++) {
        int from = (int) ((long) items * p / parts);
        int to = (int) ((long) items * (p + 1) / parts);
        tasks.add(() -> work.run(from, to));
      }
      SharedWork.start(tasks).finish();
    }
  }
}
