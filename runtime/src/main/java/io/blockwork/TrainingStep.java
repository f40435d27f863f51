package io.blockwork;

import java.util.Objects;

/**
 * A training pass and the step after it.
 *
 * @param result of the pass
 * @param made whether the parameters were stepped: not if a loss or a gradient is not finite
 */
public record TrainingStep(TrainingResult result, boolean made) {
  /** Checks that nothing is missing. */
  public TrainingStep {
    Objects.requireNonNull(result, "result");
  }
}
