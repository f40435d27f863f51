package io.blockwork.engine.onednn;

import io.blockwork.engine.BoundInference;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Inference for one batch size: the batch is cut into micro-batches, which one plan computes with
 * all threads, or several plans side by side with some of them each.
 */
final class OneDnnInference implements BoundInference {
  private final Parameters parameters;
  private final PlanWeights weights;
  private final List<BoundMicroBatch> plans;
  private final int batch;
  private final int threads;
  private final Executor workers;
  private final Runnable onClose;

  /** Made when somebody comes with plain values. */
  private Optional<Staging> staging = Optional.empty();

  private boolean closed;

  /** Native memory for images and results that lie in Java's heap. */
  private record Staging(Arena memory, long source, long target) {}

  /**
   * Takes over the plans.
   *
   * @param plans equal plans for one micro-batch, which run side by side
   * @param threads threads of each plan
   * @param workers runs all plans but the first, which the caller's thread runs
   * @param onClose gives back the weights
   */
  OneDnnInference(
      Parameters parameters,
      PlanWeights weights,
      List<BoundMicroBatch> plans,
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

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this plan has been closed");
    }
  }

  @Override
  public void run(FloatBuffer images, FloatBuffer output) {
    requireOpen();
    List<PlanTensor> results = plans.get(0).outputs();
    if (results.size() != 1) {
      throw new IllegalArgumentException(
          "output: expected a pass with one result, got one with " + results.size());
    }
    plans.get(0).input().requireValues("images", batch, images.remaining());
    results.get(0).requireValues("output", batch, output.remaining());
    Staging own = staging.orElseGet(this::newStaging);
    staging = Optional.of(own);
    NativeValues.write(images, own.source());
    compute(chunks(), own.source(), own.target());
    NativeValues.read(own.target(), output);
  }

  private Staging newStaging() {
    Arena memory = new Arena();
    BoundMicroBatch plan = plans.get(0);
    long source = memory.allocate(batch * plan.input().elements() * Float.BYTES);
    long target = memory.allocate(batch * plan.outputs().get(0).elements() * Float.BYTES);
    return new Staging(memory, source, target);
  }

  @Override
  public void run(INDArray images, List<INDArray> outputs) {
    requireOpen();
    BoundMicroBatch first = plans.get(0);
    BindChecks.array("images", batch, first.input(), images);
    if (outputs.size() != first.outputs().size()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "outputs: expected %d arrays, got %d", first.outputs().size(), outputs.size()));
    }
    for (int i = 0; i < outputs.size(); i++) {
      BindChecks.array("output", batch, first.outputs().get(i), outputs.get(i));
    }
    INDArray from = NativeValues.contiguous(images);
    INDArray[] to = new INDArray[outputs.size()];
    long source = NativeValues.address(from);
    long[] target = new long[to.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = NativeValues.contiguous(outputs.get(i));
      target[i] = NativeValues.address(to[i]);
    }
    compute(chunks(), source, target);
    for (int i = 0; i < outputs.size(); i++) {
      if (to[i] != outputs.get(i)) {
        outputs.get(i).assign(to[i]);
      }
    }
    java.lang.ref.Reference.reachabilityFence(from);
  }

  /**
   * Runs the pass on plain values, row-major.
   *
   * @param images address of a whole batch of images
   * @param outputs addresses that receive the results
   */
  void run(long images, long... outputs) {
    requireOpen();
    compute(chunks(), images, outputs);
  }

  private void compute(int chunks, long source, long... target) {
    weights.refresh(parameters);
    if (plans.size() == 1) {
      runAlone(plans.get(0), chunks, source, target);
    } else {
      new SideBySide(chunks, source, target).run();
    }
  }

  private void runAlone(BoundMicroBatch plan, int chunks, long source, long[] target) {
    OneDnnLibrary.onThreads(
        threads,
        () -> {
          for (int i = 0; i < chunks; i++) {
            runChunk(plan, i, source, target);
          }
        });
  }

  private int chunks() {
    int micro = plans.get(0).batch();
    return (batch + micro - 1) / micro;
  }

  /**
   * The last chunk is moved back to be whole: what it shares with its neighbour comes out equal.
   */
  private void runChunk(BoundMicroBatch plan, int chunk, long source, long[] target) {
    int begin = Math.min(chunk * plan.batch(), batch - plan.batch());
    long[] results = new long[target.length];
    for (int i = 0; i < results.length; i++) {
      results[i] = target[i] + begin * plan.outputs().get(i).elements() * Float.BYTES;
    }
    plan.run(source + begin * plan.input().elements() * Float.BYTES, results);
  }

  /** One run of several plans; whichever is free takes the next micro-batch. */
  private final class SideBySide {
    private final int chunks;
    private final long source;
    private final long[] target;
    private final AtomicInteger nextChunk = new AtomicInteger();
    private final AtomicInteger nextPlan = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private int working;
    private boolean over;

    SideBySide(int chunks, long source, long[] target) {
      this.chunks = chunks;
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
      try {
        OneDnnLibrary.onThreads(threads, this::takeChunks);
      } catch (RuntimeException | Error e) {
        failure.set(e);
      } finally {
        leave();
      }
    }

    private void takeChunks() {
      BoundMicroBatch plan = plans.get(nextPlan.getAndIncrement());
      for (int i = nextChunk.getAndIncrement(); i < chunks; i = nextChunk.getAndIncrement()) {
        runChunk(plan, i, source, target);
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

  private List<INDArray> outputs() {
    return plans.get(0).outputs().stream()
        .map(t -> Nd4j.create(DataType.FLOAT, batch, t.channels(), t.height(), t.width()))
        .toList();
  }

  /** Runs of one micro-batch on each plan, with made-up images; closing it closes this. */
  MicroBatchSearch.Trial trial() {
    Arena memory = new Arena();
    try {
      return new RandomImages(memory);
    } catch (RuntimeException | Error e) {
      memory.close();
      close();
      throw e;
    }
  }

  private final class RandomImages implements MicroBatchSearch.Trial {
    private final Arena memory;
    private final int chunks = Math.min(plans.size(), chunks());
    private final long source;
    private final long[] target;

    RandomImages(Arena memory) {
      this.memory = memory;
      int images = Math.min(batch, chunks * plans.get(0).batch());
      long values = plans.get(0).input().elements();
      source = memory.allocate(images * values * Float.BYTES);
      // Zeros would flatter: on them, processors are faster.
      SplittableRandom random = new SplittableRandom(0);
      for (int i = 0; i < images; i++) {
        FloatBuffer pixels = NativeValues.floats(source + i * values * Float.BYTES, values);
        while (pixels.hasRemaining()) {
          pixels.put((float) random.nextDouble());
        }
      }
      target =
          plans.get(0).outputs().stream()
              .mapToLong(t -> memory.allocate(images * t.elements() * Float.BYTES))
              .toArray();
    }

    @Override
    public void run() {
      compute(chunks, source, target);
    }

    @Override
    public void close() {
      OneDnnInference.this.close();
      memory.close();
    }
  }

  /** The mean time of each primitive of the first plan, which has to be timed. */
  List<KernelProfile> profile(INDArray images, int repetitions) {
    List<INDArray> outputs = outputs();
    run(images, outputs);
    List<Execution> executions = executions();
    executions.forEach(Execution::reset);
    for (int i = 0; i < repetitions; i++) {
      run(images, outputs);
    }
    return executions.stream().map(Execution::profile).toList();
  }

  /** The primitives of the first plan. */
  List<Execution> executions() {
    return plans.get(0).executions();
  }

  /** Bytes of native memory of all plans, without the weights. */
  long bytes() {
    return plans.stream().mapToLong(BoundMicroBatch::bytes).sum();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      plans.forEach(BoundMicroBatch::close);
      staging.ifPresent(s -> s.memory().close());
      onClose.run();
    }
  }
}
