package io.blockwork.engine.onednn;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;

/** One primitive with its arguments; counts its time when asked to. */
final class Execution implements Measured {
  private final String path;
  private final String kind;
  private final String implementation;
  private final long flops;
  private final long bytes;
  private final primitive primitive;
  private final IntMemoryMap arguments;
  private final Plan plan;
  private final stream stream;
  private long runs;
  private long nanos;

  Execution(
      String path,
      String kind,
      String implementation,
      long flops,
      long bytes,
      primitive primitive,
      IntMemoryMap arguments,
      Plan plan) {
    this.path = path;
    this.kind = kind;
    this.implementation = implementation;
    this.flops = flops;
    this.bytes = bytes;
    this.primitive = primitive;
    this.arguments = arguments;
    this.plan = plan;
    this.stream = plan.stream();
  }

  @Override
  public void run() {
    if (!plan.timed()) {
      primitive.execute(stream, arguments);
      return;
    }
    long start = System.nanoTime();
    primitive.execute(stream, arguments);
    nanos += System.nanoTime() - start;
    runs++;
  }

  @Override
  public void reset() {
    nanos = 0;
    runs = 0;
  }

  @Override
  public KernelProfile profile() {
    return new KernelProfile(
        path,
        kind,
        implementation,
        plan.layout(),
        flops,
        bytes,
        runs == 0 ? 0 : nanos / 1e6 / runs);
  }
}
