package io.blockwork.compiled;

import io.blockwork.engine.BoundInference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A limited number of bound inference plans. A thread takes a plan for itself and gives it back, so
 * that no lock is held while it computes or binds; when all are taken, it waits for one. Who came
 * first is served first.
 */
final class InferencePlans {
  private final int capacity;
  private final IntFunction<BoundInference> bind;

  /** The most recently used first. Guarded by this. */
  private final Deque<Idle> idle = new ArrayDeque<>();

  /** Plans that exist or are being bound. Guarded by this. */
  private int living;

  /** Those who wait, in the order in which they came. Guarded by this. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private boolean closed;

  private record Idle(int batch, BoundInference plan) {}

  /** A thread that waits; no two are equal. */
  private static final class Waiting {}

  /**
   * @param capacity the most plans at a time, at least 1
   * @param bind makes a plan for a batch size
   */
  InferencePlans(int capacity, IntFunction<BoundInference> bind) {
    this.capacity = capacity;
    this.bind = bind;
  }

  /**
   * Runs a plan of the batch size.
   *
   * @throws IllegalStateException if these plans are closed
   */
  void run(int batch, Consumer<BoundInference> work) {
    BoundInference plan = take(batch);
    boolean done = false;
    try {
      work.accept(plan);
      done = true;
    } finally {
      if (done) {
        give(new Idle(batch, plan));
      } else {
        try {
          plan.close();
        } finally {
          forget();
        }
      }
    }
  }

  private BoundInference take(int batch) {
    Optional<Idle> free = await(batch);
    if (free.isPresent() && free.get().batch() == batch) {
      return free.get().plan();
    }
    boolean bound = false;
    try {
      free.ifPresent(other -> other.plan().close());
      BoundInference plan = bind.apply(batch);
      bound = true;
      return plan;
    } finally {
      if (!bound) {
        forget();
      }
    }
  }

  /**
   * Waits until the caller may have a plan: an idle one of its batch size; or one to replace, the
   * longest idle; or none, if there may be another one.
   */
  private synchronized Optional<Idle> await(int batch) {
    if (!waiting.isEmpty() || !isFree()) {
      awaitTurn();
    }
    if (closed) {
      throw new IllegalStateException("the network was closed while this thread used it");
    }
    for (Iterator<Idle> all = idle.iterator(); all.hasNext(); ) {
      Idle candidate = all.next();
      if (candidate.batch() == batch) {
        all.remove();
        return Optional.of(candidate);
      }
    }
    if (living < capacity) {
      living++;
      return Optional.empty();
    }
    return Optional.of(idle.removeLast());
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

  /** Closes the waiting plans now and the others when they are given back. */
  synchronized void close() {
    closed = true;
    idle.forEach(i -> i.plan().close());
    living -= idle.size();
    idle.clear();
    notifyAll();
  }
}
