package io.blockwork.engine.onednn;

import io.blockwork.Parameters;
import io.blockwork.engine.BoundInference;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Inference for one batch size: the batch is cut into micro-batches, which one plan computes with
 * all threads, or several plans side by side with one thread each.
 */
final class OneDnnInference implements BoundInference {
  private static final int REPETITIONS = 3;

  private final Parameters parameters;
  private final PackedWeights weights;
  private final List<InferencePlan> plans;
  private final int batch;
  private final int threads;
  private final Executor workers;
  private final Runnable onClose;
  private boolean closed;

  /**
   * Takes over the plans.
   *
   * @param plans equal plans for one micro-batch; more than one: each runs on one thread
   * @param threads threads of a single plan
   * @param workers runs all plans but the first, which the caller's thread runs
   * @param onClose gives back the weights
   */
  OneDnnInference(
      Parameters parameters,
      PackedWeights weights,
      List<InferencePlan> plans,
      int batch,
      int threads,
      Executor workers,
      Runnable onClose) {
    this.parameters = parameters;
    this.weights = weights;
    this.plans = List.copyOf(plans);
    this.batch = batch;
    this.threads = threads;
    this.workers = workers;
    this.onClose = onClose;
  }

  @Override
  public void run(INDArray images, INDArray output) {
    run(images, List.of(output));
  }

  @Override
  public void run(INDArray images, List<INDArray> outputs) {
    if (closed) {
      throw new IllegalStateException("this plan has been closed");
    }
    InferencePlan first = plans.get(0);
    Shapes.array("images", batch, first.input(), images);
    if (outputs.size() != first.outputs().size()) {
      throw new IllegalArgumentException(
          "outputs: expected %d arrays, got %d".formatted(first.outputs().size(), outputs.size()));
    }
    for (int i = 0; i < outputs.size(); i++) {
      Shapes.array("output", batch, first.outputs().get(i), outputs.get(i));
    }
    weights.refresh(parameters);
    INDArray from = NativeArrays.contiguous(images);
    INDArray[] to = new INDArray[outputs.size()];
    long source = NativeArrays.address(from);
    long[] target = new long[to.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = NativeArrays.contiguous(outputs.get(i));
      target[i] = NativeArrays.address(to[i]);
    }
    if (plans.size() == 1) {
      runAlone(first, source, target);
    } else {
      new SideBySide(source, target).run();
    }
    for (int i = 0; i < outputs.size(); i++) {
      if (to[i] != outputs.get(i)) {
        outputs.get(i).assign(to[i]);
      }
    }
    java.lang.ref.Reference.reachabilityFence(from);
  }

  private void runAlone(InferencePlan plan, long source, long[] target) {
    int before = OneDnnLibrary.threads();
    OneDnnLibrary.threads(threads);
    try {
      for (int i = 0; i < chunks(); i++) {
        runChunk(plan, i, source, target);
      }
    } finally {
      OneDnnLibrary.threads(before);
    }
  }

  private int chunks() {
    int micro = plans.get(0).batch();
    return (batch + micro - 1) / micro;
  }

  /**
   * The last chunk is moved back to be whole: what it shares with its neighbour comes out equal.
   */
  private void runChunk(InferencePlan plan, int chunk, long source, long[] target) {
    int begin = Math.min(chunk * plan.batch(), batch - plan.batch());
    long[] results = new long[target.length];
    for (int i = 0; i < results.length; i++) {
      results[i] = target[i] + begin * plan.outputs().get(i).elements() * Float.BYTES;
    }
    plan.run(source + begin * plan.input().elements() * Float.BYTES, results);
  }

  /** One run on several threads; whoever is free takes the next micro-batch. */
  private final class SideBySide {
    private final long source;
    private final long[] target;
    private final AtomicInteger nextChunk = new AtomicInteger();
    private final AtomicInteger nextPlan = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private int working;
    private boolean over;

    SideBySide(long source, long[] target) {
      this.source = source;
      this.target = target;
    }

    void run() {
      try {
        for (int i = 1; i < plans.size(); i++) {
          workers.execute(this::help);
        }
        help();
      } finally {
        // Also when a thread cannot be started: a plan must not be closed under those that run.
        awaitHelpers();
      }
      Throwable thrown = failure.get();
      if (thrown != null) {
        throw new IllegalStateException("inference failed: " + thrown.getMessage(), thrown);
      }
    }

    private void help() {
      if (!enter()) {
        return;
      }
      int before = OneDnnLibrary.threads();
      try {
        OneDnnLibrary.threads(1);
        InferencePlan plan = plans.get(nextPlan.getAndIncrement());
        for (int i = nextChunk.getAndIncrement(); i < chunks(); i = nextChunk.getAndIncrement()) {
          runChunk(plan, i, source, target);
        }
      } catch (RuntimeException | Error e) {
        failure.set(e);
      } finally {
        OneDnnLibrary.threads(before);
        leave();
      }
    }

    private synchronized boolean enter() {
      // A helper that gets its thread after all is done must not touch the arrays any more.
      if (over) {
        return false;
      }
      working++;
      return true;
    }

    private synchronized void leave() {
      working--;
      notifyAll();
    }

    private synchronized void awaitHelpers() {
      over = true;
      boolean interrupted = false;
      while (working > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The shortest of a few runs on made-up images, in nanoseconds. */
  long measure() {
    // Not in a workspace of the caller, where these large arrays would stay.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray images = images();
      List<INDArray> outputs = outputs();
      long best = Long.MAX_VALUE;
      for (int i = 0; i <= REPETITIONS; i++) {
        long start = System.nanoTime();
        run(images, outputs);
        if (i > 0) {
          best = Math.min(best, System.nanoTime() - start);
        }
      }
      images.close();
      outputs.forEach(INDArray::close);
      return best;
    }
  }

  private INDArray images() {
    PlanTensor input = plans.get(0).input();
    INDArray images =
        Nd4j.create(DataType.FLOAT, batch, input.channels(), input.height(), input.width());
    // Zeros would flatter: on them, processors are faster. ND4J's generator is the user's.
    FloatBuffer values = NativeArrays.floats(images);
    SplittableRandom random = new SplittableRandom(0);
    while (values.hasRemaining()) {
      values.put((float) random.nextDouble());
    }
    return images;
  }

  private List<INDArray> outputs() {
    return plans.get(0).outputs().stream()
        .map(t -> Nd4j.create(DataType.FLOAT, batch, t.channels(), t.height(), t.width()))
        .toList();
  }

  /** The mean time of each primitive of the first plan, which has to be timed. */
  List<KernelProfile> profile(INDArray images, int repetitions) {
    List<INDArray> outputs = outputs();
    run(images, outputs);
    List<Execution> executions = plans.get(0).executions();
    executions.forEach(Execution::reset);
    for (int i = 0; i < repetitions; i++) {
      run(images, outputs);
    }
    return executions.stream().map(Execution::profile).toList();
  }

  /** Bytes of native memory of all plans, without the weights. */
  long bytes() {
    return plans.stream().mapToLong(InferencePlan::bytes).sum();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      plans.forEach(InferencePlan::close);
      onClose.run();
    }
  }
}
