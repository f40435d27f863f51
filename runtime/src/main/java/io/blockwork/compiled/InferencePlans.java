package io.blockwork.compiled;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.StepwiseBinding;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

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

  private static final int SINGLE = 1;

  private final int capacity;
  private final IntFunction<BoundInference> bind;
  private final Optional<BackgroundBinding> background;

  /** The most recently used first. Guarded by this. */
  private final Deque<IdlePlan> idle = new ArrayDeque<>();

  /** Plans that exist or are being bound. Guarded by this. */
  private int living;

  /** Those who wait, in the order in which they came. Guarded by this. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** Batch sizes whose plans are being bound while others answer. Guarded by this. */
  private final Set<Integer> coming = new HashSet<>();

  /**
   * Those of them that are bound part by part, and that nobody works on right now: the one that
   * nobody has worked on for longest first. Guarded by this.
   */
  private final Map<Integer, StepwiseBinding> begun = new LinkedHashMap<>();

  /**
   * Whether nothing is to be done any more for a plan for single images, which can stand in for all
   * others. Written under the lock.
   */
  private volatile boolean single;

  /** Sizes that other plans have answered, and whose own are not begun. Guarded by this. */
  private final Set<Integer> seen = new HashSet<>();

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
      prepare(batch, background.orElseThrow(), took);
    } else if (background.isPresent() && !single) {
      prepareSingle(background.get(), took);
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
    failed.remove(batch);
    seen.remove(batch);
    single |= batch == SINGLE;
    if (begun.containsKey(batch)) {
      coming.remove(batch);
      return Turn.complete(begun.remove(batch));
    }
    return Turn.bind(makeRoom());
  }

  /** Room for one more plan, if need be that of one that is begun, or that was idle longest. */
  private synchronized Room makeRoom() {
    if (living < capacity) {
      living++;
      return () -> {};
    }
    if (!begun.isEmpty()) {
      Map.Entry<Integer, StepwiseBinding> longest = begun.entrySet().iterator().next();
      int batch = longest.getKey();
      StepwiseBinding unfinished = longest.getValue();
      begun.remove(batch);
      coming.remove(batch);
      single |= batch == SINGLE;
      return unfinished::close;
    }
    return idle.removeLast().plan()::close;
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
    boolean mayCome = coming.contains(batch) || mayBeMore();
    if (background.isEmpty() || !mayCome || failed.contains(batch)) {
      return Optional.empty();
    }
    return IdlePlan.standIn(idle, batch);
  }

  /**
   * Whether there may be a plan for another size, and one that is idle stays to stand in for it.
   */
  private boolean mayBeMore() {
    return living < capacity || !begun.isEmpty() || idle.size() > 1;
  }

  private boolean isFree() {
    return closed || living < capacity || !idle.isEmpty() || !begun.isEmpty();
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
   * @param nanos what the answer took
   */
  private void prepare(int batch, BackgroundBinding binder, long nanos) {
    Optional<StepwiseBinding> fresh = binder.begin(batch);
    Optional<Job> job = claim(batch, fresh.isPresent());
    if (job.isEmpty()) {
      return;
    }
    job.get().room().clear();
    Optional<StepwiseBinding> own = job.get().begun().or(() -> fresh);
    if (own.isPresent()) {
      proceed(batch, own.get(), nanos / SHARE);
    } else {
      binder.start(batch, this::isClosed, this::arrived, this::refused);
    }
  }

  /**
   * Does a part of the plan for single images, if there is room to spare: with it there is one that
   * can stand in for any other.
   */
  private void prepareSingle(BackgroundBinding binder, long nanos) {
    Optional<StepwiseBinding> fresh =
        binder.begin(SINGLE).map(parts -> binder.rehearsed(SINGLE, parts));
    claimSingle(fresh.isPresent())
        .map(job -> job.begun().or(() -> fresh).orElseThrow())
        .ifPresent(own -> proceed(SINGLE, own, nanos / SHARE));
  }

  private synchronized Optional<Job> claimSingle(boolean inParts) {
    if (begun.containsKey(SINGLE)) {
      return Optional.of(new Job(Optional.of(begun.remove(SINGLE)), () -> {}));
    }
    if (coming.contains(SINGLE)) {
      return Optional.empty();
    }
    if (closed || !inParts || living >= capacity || idle(SINGLE).isPresent()) {
      single = true;
      return Optional.empty();
    }
    coming.add(SINGLE);
    return Optional.of(new Job(Optional.empty(), makeRoom()));
  }

  /** Nothing if others are at it, or there is no room, or a size may never come again. */
  private synchronized Optional<Job> claim(int batch, boolean inParts) {
    if (begun.containsKey(batch)) {
      return Optional.of(new Job(Optional.of(begun.remove(batch)), () -> {}));
    }
    if (closed
        || coming.contains(batch)
        || idle(batch).isPresent()
        || !mayBeMore()
        || (inParts && seen.add(batch))) {
      return Optional.empty();
    }
    seen.remove(batch);
    coming.add(batch);
    return Optional.of(new Job(Optional.empty(), makeRoom()));
  }

  private void proceed(int batch, StepwiseBinding own, long nanos) {
    try {
      Optional<BoundInference> plan = BackgroundBinding.advance(own, nanos);
      if (plan.isPresent()) {
        arrived(batch, plan.get());
      } else {
        leave(batch, own);
      }
    } catch (RuntimeException | Error e) {
      BackgroundBinding.log(batch, e);
      refused(batch);
      own.close();
    }
  }

  /** The next call with such a batch goes on with it. */
  private synchronized void leave(int batch, StepwiseBinding own) {
    if (closed) {
      coming.remove(batch);
      own.close();
      forget();
    } else {
      begun.put(batch, own);
      notifyAll();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void arrived(int batch, BoundInference plan) {
    coming.remove(batch);
    single |= batch == SINGLE;
    give(new IdlePlan(batch, plan));
  }

  private synchronized void refused(int batch) {
    coming.remove(batch);
    single |= batch == SINGLE;
    failed.add(batch);
    forget();
  }

  /** Closes what nobody uses now, and the rest when it is given back. */
  synchronized void close() {
    closed = true;
    idle.forEach(i -> i.plan().close());
    begun.values().forEach(StepwiseBinding::close);
    living -= idle.size() + begun.size();
    idle.clear();
    begun.clear();
    notifyAll();
  }
}
