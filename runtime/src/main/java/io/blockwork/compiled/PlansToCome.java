package io.blockwork.compiled;

import io.blockwork.engine.StepwiseBinding;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The batch sizes whose plans are bound while others answer, and what is known of those that have
 * none. All but {@link #singleIsSettled} is called under the lock of the {@link InferencePlans}.
 */
final class PlansToCome {
  /** Images of the plan that can stand in for all others. */
  static final int SINGLE = 1;

  private final Set<Integer> coming = new HashSet<>();

  /**
   * Those of them that are bound part by part, and that nobody works on right now: the one that
   * nobody has worked on for longest first.
   */
  private final Map<Integer, StepwiseBinding> begun = new LinkedHashMap<>();

  /** Sizes that other plans have answered, and whose own are not begun. */
  private final Set<Integer> seen = new HashSet<>();

  /** Those that could not be bound: the next caller binds, and gets the error. */
  private final Set<Integer> failed = new HashSet<>();

  /** Written under the lock. */
  private volatile boolean singleSettled;

  /** Whether nothing is to be done any more for a plan for single images. */
  boolean singleIsSettled() {
    return singleSettled;
  }

  boolean isComing(int batch) {
    return coming.contains(batch);
  }

  boolean hasFailed(int batch) {
    return failed.contains(batch);
  }

  /** Whether one of them could be given up. */
  boolean hasBegun() {
    return !begun.isEmpty();
  }

  /** Notes that another plan has answered the size; whether that is for the first time. */
  boolean see(int batch) {
    return seen.add(batch);
  }

  /** From now on the size's plan is to come. */
  void add(int batch) {
    seen.remove(batch);
    coming.add(batch);
  }

  /** What is there of a plan that nobody works on: the caller does, and has to give it back. */
  Optional<StepwiseBinding> resume(int batch) {
    return Optional.ofNullable(begun.remove(batch));
  }

  /** Gives back what is not complete. */
  void leave(int batch, StepwiseBinding unfinished) {
    begun.put(batch, unfinished);
  }

  /** The size's plan is not to come any more, as it is there, or nobody will bind it. */
  void end(int batch) {
    coming.remove(batch);
    singleSettled |= batch == SINGLE;
  }

  /** There will be no plan for the size unless a caller binds it. */
  void fail(int batch) {
    end(batch);
    failed.add(batch);
  }

  /** Leaves the size to a caller: with what is there of its plan, if nobody works on it. */
  Optional<StepwiseBinding> takeOver(int batch) {
    failed.remove(batch);
    seen.remove(batch);
    Optional<StepwiseBinding> unfinished = resume(batch);
    if (unfinished.isPresent() || !isComing(batch)) {
      end(batch);
    }
    return unfinished;
  }

  /** Gives up the plan that nobody has worked on for longest. */
  Optional<StepwiseBinding> giveUpOne() {
    Iterator<Map.Entry<Integer, StepwiseBinding>> longest = begun.entrySet().iterator();
    if (!longest.hasNext()) {
      return Optional.empty();
    }
    Map.Entry<Integer, StepwiseBinding> given = longest.next();
    longest.remove();
    end(given.getKey());
    return Optional.of(given.getValue());
  }
}
