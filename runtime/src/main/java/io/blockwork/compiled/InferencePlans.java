package io.blockwork.compiled;

import io.blockwork.engine.BoundInference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A limited number of bound inference plans. A thread takes a plan for itself and gives it back, so
 * that no lock is held while it computes or binds; when all are taken, it waits for one. Who came
 * first is served first.
 *
 * <p>With {@link BackgroundBinding}, a batch of a size that has no plan yet is computed by an idle
 * plan of another size, if there is one that fits, and its own is bound on another thread.
 */
final class InferencePlans {
  /**
   * A stand-in may compute so many times the images of the batch: more would take longer than to
   * bind.
   */
  private static final int MOST_TIMES = 3;

  private final int capacity;
  private final IntFunction<BoundInference> bind;
  private final Optional<BackgroundBinding> background;

  /** The most recently used first. Guarded by this. */
  private final Deque<Idle> idle = new ArrayDeque<>();

  /** Plans that exist or are being bound. Guarded by this. */
  private int living;

  /** Those who wait, in the order in which they came. Guarded by this. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** Batch sizes whose plans are being bound on other threads. Guarded by this. */
  private final Set<Integer> coming = new HashSet<>();

  /** Those that could not be: the next caller binds, and gets the error. Guarded by this. */
  private final Set<Integer> failed = new HashSet<>();

  private boolean closed;

  /** What is done with a plan. */
  interface Work {
    /**
     * Computes the batch.
     *
     * @param size images that the plan takes at a time
     */
    void run(BoundInference plan, int size);
  }

  private record Idle(int batch, BoundInference plan) {}

  /**
   * What a thread may have.
   *
   * @param plan to compute with, or to replace; empty: there may be another one
   * @param serves whether it is to compute with
   */
  private record Turn(Optional<Idle> plan, boolean serves) {}

  /** A thread that waits; no two are equal. */
  private static final class Waiting {}

  /**
   * @param capacity the most plans at a time, at least 1
   * @param bind makes a plan for a batch size
   * @param background makes plans on other threads; empty: whoever needs one makes it
   */
  InferencePlans(
      int capacity, IntFunction<BoundInference> bind, Optional<BackgroundBinding> background) {
    this.capacity = capacity;
    this.bind = bind;
    this.background = background;
  }

  /**
   * Runs a plan of the batch size, or one that stands in for it.
   *
   * @throws IllegalStateException if these plans are closed
   */
  void run(int batch, Work work) {
    Idle taken = take(batch);
    boolean done = false;
    try {
      work.run(taken.plan(), taken.batch());
      done = true;
    } finally {
      if (done) {
        give(taken);
      } else {
        try {
          taken.plan().close();
        } finally {
          forget();
        }
      }
    }
    // Not before: it would have slowed this call down.
    if (taken.batch() != batch && expect(batch)) {
      background.orElseThrow().start(batch, this::isClosed, this::arrived, this::refused);
    }
  }

  private Idle take(int batch) {
    Turn turn = await(batch);
    if (turn.serves()) {
      return turn.plan().orElseThrow();
    }
    boolean bound = false;
    try {
      turn.plan().ifPresent(other -> other.plan().close());
      Idle plan = new Idle(batch, bind.apply(batch));
      bound = true;
      return plan;
    } finally {
      if (!bound) {
        forget();
      }
    }
  }

  /**
   * Waits until the caller may have a plan: an idle one of its batch size, or one that stands in
   * for it; or one to replace, the longest idle; or none, if there may be another one.
   */
  private synchronized Turn await(int batch) {
    if (!waiting.isEmpty() || !isFree()) {
      awaitTurn();
    }
    if (closed) {
      throw new IllegalStateException("the network was closed while this thread used it");
    }
    Optional<Idle> serving = idle(batch).or(() -> standIn(batch));
    if (serving.isPresent()) {
      idle.remove(serving.get());
      return new Turn(serving, true);
    }
    failed.remove(batch);
    if (living < capacity) {
      living++;
      return new Turn(Optional.empty(), false);
    }
    return new Turn(Optional.of(idle.removeLast()), false);
  }

  private Optional<Idle> idle(int batch) {
    for (Idle candidate : idle) {
      if (candidate.batch() == batch) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** The idle plan that computes the fewest images for the batch, whose own is to come. */
  private Optional<Idle> standIn(int batch) {
    boolean mayCome = coming.contains(batch) || living < capacity;
    if (background.isEmpty() || !mayCome || failed.contains(batch)) {
      return Optional.empty();
    }
    Optional<Idle> best = Optional.empty();
    long fewest = (long) MOST_TIMES * batch;
    for (Idle candidate : idle) {
      long size = candidate.batch();
      long computed = (batch + size - 1) / size * size;
      if (computed < fewest || (computed == fewest && best.isEmpty())) {
        best = Optional.of(candidate);
        fewest = computed;
      }
    }
    return best;
  }

  private boolean isFree() {
    return closed || living < capacity || !idle.isEmpty();
  }

  /** Inference is not cut short by interruption, whether it waits or computes. */
  private synchronized void awaitTurn() {
    Waiting own = new Waiting();
    waiting.addLast(own);
    boolean interrupted = false;
    while (waiting.peekFirst() != own || !isFree()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    waiting.removeFirst();
    // Another plan may be free for the next one.
    notifyAll();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void give(Idle plan) {
    if (closed) {
      plan.plan().close();
      forget();
      return;
    }
    idle.addFirst(plan);
    notifyAll();
  }

  private synchronized void forget() {
    living--;
    notifyAll();
  }

  /** Makes room for a plan of the size, unless there is none or the plan is to come anyway. */
  private synchronized boolean expect(int batch) {
    if (closed || living >= capacity || idle(batch).isPresent() || !coming.add(batch)) {
      return false;
    }
    living++;
    return true;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void arrived(int batch, BoundInference plan) {
    coming.remove(batch);
    give(new Idle(batch, plan));
  }

  private synchronized void refused(int batch) {
    coming.remove(batch);
    failed.add(batch);
    forget();
  }

  /** Closes the waiting plans now and the others when they are given back. */
  synchronized void close() {
    closed = true;
    idle.forEach(i -> i.plan().close());
    living -= idle.size();
    idle.clear();
    notifyAll();
  }
}
