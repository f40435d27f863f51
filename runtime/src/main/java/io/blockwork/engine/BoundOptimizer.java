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
   * @return false if nothing was done, since somebody has asked for the gradients and may have
   *     changed them, or they were never there: the step is to be made on the host, after {@link
   *     #settle}
   */
  boolean step(OptimizerStep step);

  /**
   * Brings what the rule remembers to the host's array, which may be changed from then on: the next
   * step starts from what it holds.
   */
  void settle();
}
