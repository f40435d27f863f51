package io.blockwork.engine.onednn;

import io.blockwork.engine.SharedWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A kernel of our own, for what oneDNN lacks or has only slow reference kernels for: plain Java,
 * shared out between the plan's threads.
 */
final class Loop implements Measured {
  /** Items {@code from} (inclusive) to {@code to} (exclusive), independent of all others. */
  @FunctionalInterface
  interface Body {
    void run(int from, int to);
  }

  private static final String IMPLEMENTATION = "java";

  private final String path;
  private final String kind;
  private final long bytes;
  private final int items;
  private final Plan plan;
  private final Supplier<Body> maker;
  private Optional<Body> body = Optional.empty();
  private long runs;
  private long nanos;

  /**
   * Describes a loop.
   *
   * @param kind what it does, for the profile
   * @param bytes bytes that it reads and writes
   * @param items independent pieces of work
   * @param maker makes the body, at the first run: only then temporaries have their memory
   */
  Loop(Emitter e, String kind, long bytes, int items, Supplier<Body> maker) {
    this.path = e.path();
    this.kind = kind;
    this.bytes = bytes;
    this.items = items;
    this.plan = e.plan();
    this.maker = maker;
  }

  @Override
  public void run() {
    long start = plan.timed() ? System.nanoTime() : 0;
    Body work = body.orElseGet(maker);
    body = Optional.of(work);
    int parts = Math.min(items, plan.threads());
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
    if (plan.timed()) {
      nanos += System.nanoTime() - start;
      runs++;
    }
  }

  @Override
  public void reset() {
    nanos = 0;
    runs = 0;
  }

  @Override
  public KernelProfile profile() {
    return new KernelProfile(
        path, kind, IMPLEMENTATION, plan.layout(), 0, bytes, runs == 0 ? 0 : nanos / 1e6 / runs);
  }
}
