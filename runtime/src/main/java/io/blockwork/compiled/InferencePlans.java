package io.blockwork.compiled;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.StepwiseBinding;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * A limited number of bound inference plans. A thread takes a plan for itself and gives it back, so
 * that no lock is held while it computes or binds; when all are taken, it waits for one. Who came
 * first is served first.
 *
 * <p>With {@link BackgroundBinding}, a batch of a size that has no plan yet is computed by an idle
 * plan of another size, if there is one that fits. Its own is bound by the calls that follow, each
 * of which does a part once it has its results, or on another thread.
 */
final class InferencePlans {
  /** A call of which another plan computes the batch does this part of its time for its own. */
  private static final int SHARE = 4;

  private final int capacity;
  private final IntFunction<BoundInference> bind;
  private final Optional<BackgroundBinding> background;

  /** The most recently used first. Guarded by this. */
  private final Deque<IdlePlan> idle = new ArrayDeque<>();

  /** Plans that exist or are being bound. Guarded by this. */
  private int living;

  /** Those who wait, in the order in which they came. Guarded by this. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** Those that are bound while others answer. Guarded by this. */
  private final PlansToCome toCome = new PlansToCome();

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

  /**
   * What a thread may have.
   *
   * @param plan to compute with
   * @param begun else, its own plan to complete
   * @param room else, for a new plan
   */
  private record Turn(Optional<IdlePlan> plan, Optional<StepwiseBinding> begun, Room room) {
    static Turn serve(IdlePlan plan) {
      return new Turn(Optional.of(plan), Optional.empty(), () -> {});
    }

    static Turn complete(StepwiseBinding begun) {
      return new Turn(Optional.empty(), Optional.of(begun), () -> {});
    }

    static Turn bind(Room room) {
      return new Turn(Optional.empty(), Optional.empty(), room);
    }
  }

  /**
   * What a thread does for a plan that is to come.
   *
   * @param begun goes on with this
   * @param room or begins anew, in this
   */
  private record Job(Optional<StepwiseBinding> begun, Room room) {}

  /** Room for a plan, once what was there is closed, which takes too long to hold a lock. */
  private interface Room {
    void clear();
  }

  /** A thread that waits; no two are equal. */
  private static final class Waiting {}

  /**
   * @param capacity the most plans at a time, at least 1
   * @param bind makes a plan for a batch size
   * @param background makes plans while others answer; empty: whoever needs one makes it
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
    IdlePlan taken = take(batch);
    long start = System.nanoTime();
    long took = 0;
    boolean done = false;
    try {
      work.run(taken.plan(), taken.batch());
      took = System.nanoTime() - start;
      done = true;
    } finally {
      if (done) {
        give(taken.after(batch, took));
      } else {
        try {
          taken.plan().close();
        } finally {
          forget();
        }
      }
    }
    // Not before: it would have slowed this call down.
    if (taken.batch() != batch) {
      prepare(batch, background.orElseThrow(), took / SHARE);
    } else if (background.isPresent() && !toCome.singleIsSettled()) {
      prepareSingle(background.get(), took / SHARE);
    }
  }

  private IdlePlan take(int batch) {
    Turn turn = await(batch);
    if (turn.plan().isPresent()) {
      return turn.plan().get();
    }
    boolean bound = false;
    try {
      turn.room().clear();
      IdlePlan plan =
          new IdlePlan(
              batch, turn.begun().map(InferencePlans::complete).orElseGet(() -> bind.apply(batch)));
      bound = true;
      return plan;
    } finally {
      if (!bound) {
        forget();
      }
    }
  }

  private static BoundInference complete(StepwiseBinding begun) {
    try {
      return BackgroundBinding.advance(begun, Long.MAX_VALUE).orElseThrow();
    } catch (RuntimeException | Error e) {
      begun.close();
      throw e;
    }
  }

  /**
   * Waits until the caller may have a plan: an idle one of its batch size, or one that stands in
   * for it; or its own that is begun; or room for a new one.
   */
  private synchronized Turn await(int batch) {
    if (!waiting.isEmpty() || !isFree()) {
      awaitTurn();
    }
    if (closed) {
      throw new IllegalStateException("the network was closed while this thread used it");
    }
    Optional<IdlePlan> serving = idle(batch).or(() -> standIn(batch));
    if (serving.isPresent()) {
      idle.remove(serving.get());
      return Turn.serve(serving.get());
    }
    return toCome.takeOver(batch).map(Turn::complete).orElseGet(() -> Turn.bind(makeRoom()));
  }

  /** Room for one more plan, if need be that of one that is begun, or that was idle longest. */
  private synchronized Room makeRoom() {
    if (living < capacity) {
      living++;
      return () -> {};
    }
    Optional<StepwiseBinding> unfinished = toCome.giveUpOne();
    return unfinished.isPresent() ? unfinished.get()::close : idle.removeLast().plan()::close;
  }

  private Optional<IdlePlan> idle(int batch) {
    for (IdlePlan candidate : idle) {
      if (candidate.batch() == batch) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** An idle plan of another size, if the own one is to come. */
  private Optional<IdlePlan> standIn(int batch) {
    boolean mayCome = toCome.isComing(batch) || mayBeMore();
    if (background.isEmpty() || !mayCome || toCome.hasFailed(batch)) {
      return Optional.empty();
    }
    return IdlePlan.standIn(idle, batch);
  }

  /**
   * Whether there may be a plan for another size, and one that is idle stays to stand in for it.
   */
  private boolean mayBeMore() {
    return living < capacity || toCome.hasBegun() || idle.size() > 1;
  }

  private boolean isFree() {
    return closed || living < capacity || !idle.isEmpty() || toCome.hasBegun();
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

  private synchronized void give(IdlePlan plan) {
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

  /**
   * Does something for the plan of a size that another plan has answered: a part of it, from the
   * second time on; or all, on another thread.
   *
   * @param nanos that it may take
   */
  private void prepare(int batch, BackgroundBinding binder, long nanos) {
    boolean inParts = binder.inParts();
    claim(batch, () -> isWanted(batch, inParts))
        .ifPresent(job -> proceed(batch, job, binder, () -> binder.begin(batch), nanos));
  }

  /**
   * Does a part of the plan for single images, if there is room to spare: with it there is one that
   * can stand in for any other.
   */
  private void prepareSingle(BackgroundBinding binder, long nanos) {
    boolean inParts = binder.inParts();
    claim(PlansToCome.SINGLE, () -> inParts && singleHasRoom())
        .ifPresentOrElse(
            job ->
                proceed(
                    PlansToCome.SINGLE,
                    job,
                    binder,
                    () -> binder.beginRehearsed(PlansToCome.SINGLE),
                    nanos),
            this::settleSingle);
  }

  /**
   * Nothing if others are at it.
   *
   * @param worthwhile whether to begin; asked under the lock
   */
  private synchronized Optional<Job> claim(int batch, BooleanSupplier worthwhile) {
    Optional<StepwiseBinding> begun = toCome.resume(batch);
    if (begun.isPresent()) {
      return Optional.of(new Job(begun, () -> {}));
    }
    if (closed || toCome.isComing(batch) || idle(batch).isPresent() || !worthwhile.getAsBoolean()) {
      return Optional.empty();
    }
    toCome.add(batch);
    return Optional.of(new Job(Optional.empty(), makeRoom()));
  }

  /** A size that has come once only may never come again. */
  private boolean isWanted(int batch, boolean inParts) {
    return mayBeMore() && !(inParts && toCome.see(batch));
  }

  private boolean singleHasRoom() {
    return living < capacity;
  }

  /** Unless others are at it. */
  private synchronized void settleSingle() {
    if (!toCome.isComing(PlansToCome.SINGLE)) {
      toCome.end(PlansToCome.SINGLE);
    }
  }

  /** Whatever fails here is logged: the caller has its results. */
  private void proceed(
      int batch,
      Job job,
      BackgroundBinding binder,
      Supplier<Optional<StepwiseBinding>> begin,
      long nanos) {
    Optional<StepwiseBinding> own = job.begun();
    try {
      job.room().clear();
      own = own.or(begin);
      if (own.isEmpty()) {
        binder.start(batch, this::isClosed, this::arrived, this::refused);
        return;
      }
      Optional<BoundInference> plan = BackgroundBinding.advance(own.get(), nanos);
      if (plan.isPresent()) {
        arrived(batch, plan.get());
      } else {
        leave(batch, own.get());
      }
    } catch (RuntimeException | Error e) {
      BackgroundBinding.log(batch, e);
      refused(batch);
      own.ifPresent(StepwiseBinding::close);
    }
  }

  /** The next call with such a batch goes on with it. */
  private synchronized void leave(int batch, StepwiseBinding own) {
    if (closed) {
      toCome.end(batch);
      own.close();
      forget();
    } else {
      toCome.leave(batch, own);
      notifyAll();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void arrived(int batch, BoundInference plan) {
    toCome.end(batch);
    give(new IdlePlan(batch, plan));
  }

  private synchronized void refused(int batch) {
    toCome.fail(batch);
    forget();
  }

  /** Closes what nobody uses now, and the rest when it is given back. */
  synchronized void close() {
    closed = true;
    idle.forEach(i -> i.plan().close());
    living -= idle.size();
    idle.clear();
    for (Optional<StepwiseBinding> begun = toCome.giveUpOne();
        begun.isPresent();
        begun = toCome.giveUpOne()) {
      begun.get().close();
      living--;
    }
    notifyAll();
  }
}
