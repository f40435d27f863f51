package io.blockwork;

import io.blockwork.engine.BoundInference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Bound inference plans that wait for work. A thread takes a plan for itself and gives it back, so
 * that no lock is held while it computes.
 */
final class InferencePlans {
  private final int capacity;
  private final IntFunction<BoundInference> bind;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private boolean closed;

  private record Idle(int batch, BoundInference plan) {}

  /**
   * @param capacity the most plans to keep while nobody uses them
   * @param bind makes a plan for a batch size
   */
  InferencePlans(int capacity, IntFunction<BoundInference> bind) {
    this.capacity = capacity;
    this.bind = bind;
  }

  /** Runs {@code images} through a plan of their batch size. */
  void run(INDArray images, List<INDArray> outputs) {
    int batch = Math.toIntExact(images.size(0));
    BoundInference plan = take(batch);
    boolean done = false;
    try {
      plan.run(images, outputs);
      done = true;
    } finally {
      if (done) {
        give(new Idle(batch, plan));
      } else {
        plan.close();
      }
    }
  }

  private BoundInference take(int batch) {
    synchronized (this) {
      for (Iterator<Idle> all = idle.iterator(); all.hasNext(); ) {
        Idle candidate = all.next();
        if (candidate.batch() == batch) {
          all.remove();
          return candidate.plan();
        }
      }
    }
    return bind.apply(batch);
  }

  /** The most recently used plans are at the front; the last one goes when there are too many. */
  private synchronized void give(Idle plan) {
    if (closed) {
      plan.plan().close();
      return;
    }
    idle.addFirst(plan);
    if (idle.size() > capacity) {
      idle.removeLast().plan().close();
    }
  }

  /** Closes the waiting plans now and the others when they are given back. */
  synchronized void close() {
    closed = true;
    idle.forEach(i -> i.plan().close());
    idle.clear();
  }
}
