package io.blockwork.compiled;

import io.blockwork.engine.BoundInference;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * A plan that nobody uses.
 *
 * @param batch images that it takes at a time
 * @param plan the plan
 * @param nanos of its fastest run; {@link #UNKNOWN} before the first
 */
record IdlePlan(int batch, BoundInference plan, long nanos) {
  /**
   * A stand-in may compute so many times the images of the batch: more would take longer than to
   * bind.
   */
  private static final int MOST_TIMES = 3;

  /** What a first run takes nobody knows, but long: it touches memory and caches are cold. */
  private static final long UNKNOWN = Long.MAX_VALUE;

  /** A new plan. */
  IdlePlan(int batch, BoundInference plan) {
    this(batch, plan, UNKNOWN);
  }

  /** Of some plans, the one that is likely the fastest for a batch of another size. */
  static Optional<IdlePlan> standIn(Collection<IdlePlan> plans, int images) {
    return plans.stream()
        .filter(plan -> plan.runs(images) * plan.batch() <= (long) MOST_TIMES * images)
        .min(Comparator.comparingDouble(plan -> (double) plan.runs(images) * plan.nanos()));
  }

  /** Times that it has to run for so many images. */
  private long runs(int images) {
    return (images + (long) batch - 1) / batch;
  }

  /** The same after it has computed so many images. */
  IdlePlan after(int images, long took) {
    return new IdlePlan(batch, plan, Math.min(nanos, took / runs(images)));
  }
}
