package io.blockwork.engine;

import io.blockwork.loss.SoftTargets;
import java.util.Objects;

/**
 * A loss that an engine computes itself: softmax cross entropy of one output.
 *
 * @param targets what the output is compared with
 * @param weight factor of the loss in what is minimised; the loss that is told is without it
 */
public record CrossEntropy(SoftTargets targets, double weight) {
  /** Checks that nothing is missing. */
  public CrossEntropy {
    Objects.requireNonNull(targets, "targets");
  }
}
