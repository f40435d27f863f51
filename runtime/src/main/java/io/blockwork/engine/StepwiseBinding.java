package io.blockwork.engine;

import java.util.Optional;

/**
 * An inference pass that is bound part by part, so that whoever binds it between other work stops
 * for one part at a time. Used by one thread at a time, each time by any.
 */
public interface StepwiseBinding extends AutoCloseable {
  /**
   * Makes the next part: about as much as one kernel, or its weights. Nothing is made before the
   * first call.
   *
   * @return the plan once all is made, and empty before; not to be called again then
   * @throws RuntimeException or an error if the pass cannot be bound; this has to be closed then
   */
  Optional<BoundInference> advance();

  /** Gives back what has been made, unless there is a plan, which is its owner's to close. */
  @Override
  void close();
}
