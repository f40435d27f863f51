package io.blockwork.engine;

/**
 * An optimizer whose steps an engine makes where it keeps the parameters and their gradients, such
 * as on a device, so that neither travels. What the rule remembers is there too, and comes to the
 * host's array when it is {@linkplain #settle asked for}.
 */
public interface BoundOptimizer {
  /**
   * Steps along the gradients that the last training pass has left with the engine. An {@link
   * io.blockwork.parameters.Parameters#update} as a whole.
   *
   * @param guarded whether there is to be no step if a gradient is not finite
   */
  Outcome step(OptimizerStep step, boolean guarded);

  /** What came of a step. */
  enum Outcome {
    /** The parameters have been stepped. */
    MADE,
    /** A gradient is not finite, and the step was guarded: nothing has changed. */
    NOT_FINITE,
    /**
     * Somebody has asked for the gradients and may have changed them, or the engine never had them:
     * the step is to be made on the host, after {@link #settle}.
     */
    NOT_HERE
  }

  /**
   * Brings what the rule remembers to the host's array, which may be changed from then on: the next
   * step starts from what it holds.
   */
  void settle();
}
