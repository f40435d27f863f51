package io.blockwork.engine.onednn;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.StepwiseBinding;
import io.blockwork.parameters.Parameters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Makes an {@link OneDnnInference} part by part: first its memory, then each kernel, and at last
 * those packed weights that no other plan has. Micro-batches that will run side by side are made
 * one after another.
 */
final class StepwiseInference implements StepwiseBinding {
  /** How the engine binds. */
  interface Maker {
    /** How the batch is to be computed. */
    MicroBatching choose();

    /** Gives one micro-batch its memory. */
    UnfinishedMicroBatch begin(PlanWeights weights, MicroBatching chosen);
  }

  /**
   * What follows from the choice.
   *
   * @param weights of all micro-batches
   */
  private record Chosen(MicroBatching microBatching, PlanWeights weights) {}

  private final Parameters parameters;
  private final NetworkState state;
  private final int batch;
  private final Maker maker;
  private final Executor workers;

  /** What remains, as far as it is known. */
  private final Deque<Runnable> parts = new ArrayDeque<>();

  private final List<BoundMicroBatch> plans = new ArrayList<>();
  private Optional<Chosen> chosen = Optional.empty();
  private Optional<UnfinishedMicroBatch> unfinished = Optional.empty();
  private boolean done;

  /**
   * @param state of the network; its weights are held from the first part on
   * @param workers runs all micro-batches but the first
   */
  StepwiseInference(
      Parameters parameters, NetworkState state, int batch, Maker maker, Executor workers) {
    this.parameters = parameters;
    this.state = state;
    this.batch = batch;
    this.maker = maker;
    this.workers = workers;
    parts.add(this::choose);
  }

  @Override
  public Optional<BoundInference> advance() {
    // Primitives are made for the number of threads that the making thread is set to.
    int threads = chosen.map(c -> c.microBatching().threads()).orElseGet(OneDnnLibrary::threads);
    OneDnnLibrary.onThreads(threads, parts.remove());
    if (!parts.isEmpty()) {
      return Optional.empty();
    }
    Chosen of = chosen.orElseThrow();
    done = true;
    return Optional.of(
        new OneDnnInference(
            parameters,
            of.weights(),
            plans,
            batch,
            of.microBatching().threads(),
            workers,
            state::release));
  }

  private void choose() {
    MicroBatching way = maker.choose();
    chosen = Optional.of(new Chosen(way, new PlanWeights(state.acquire())));
    parts.add(this::begin);
  }

  private void begin() {
    Chosen of = chosen.orElseThrow();
    UnfinishedMicroBatch next = maker.begin(of.weights(), of.microBatching());
    unfinished = Optional.of(next);
    for (int i = 0; i < next.kernels().size(); i++) {
      int kernel = i;
      parts.add(() -> next.make(kernel));
    }
    parts.add(this::finish);
  }

  private void finish() {
    plans.add(unfinished.orElseThrow().finish());
    unfinished = Optional.empty();
    Chosen of = chosen.orElseThrow();
    if (plans.size() < of.microBatching().streams()) {
      parts.add(this::begin);
    } else {
      parts.addAll(of.weights().stale(parameters));
    }
  }

  @Override
  public void close() {
    if (done) {
      return;
    }
    done = true;
    unfinished.ifPresent(UnfinishedMicroBatch::close);
    plans.forEach(BoundMicroBatch::close);
    chosen.ifPresent(c -> state.release());
  }
}
