package io.blockwork.engine.onednn;

import java.util.function.LongSupplier;

/** One kernel, of oneDNN or our own, with its arguments; counts its time when asked to. */
final class Execution implements Runnable {
  private final String path;
  private final String kind;
  private final String implementation;
  private final long flops;
  private final LongSupplier bytes;
  private final Runnable kernel;
  private final BoundPlan plan;
  private long runs;
  private long nanos;

  Execution(
      String path,
      String kind,
      String implementation,
      long flops,
      LongSupplier bytes,
      Runnable kernel,
      BoundPlan plan) {
    this.path = path;
    this.kind = kind;
    this.implementation = implementation;
    this.flops = flops;
    this.bytes = bytes;
    this.kernel = kernel;
    this.plan = plan;
  }

  @Override
  public void run() {
    if (!plan.timed()) {
      kernel.run();
      return;
    }
    long start = System.nanoTime();
    kernel.run();
    nanos += System.nanoTime() - start;
    runs++;
  }

  /** Forgets the times measured so far. */
  void reset() {
    nanos = 0;
    runs = 0;
  }

  KernelProfile profile() {
    return new KernelProfile(
        path,
        kind,
        implementation,
        plan.layout(),
        flops,
        bytes.getAsLong(),
        runs == 0 ? 0 : nanos / 1e6 / runs);
  }
}
