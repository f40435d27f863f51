package io.blockwork.train;

import java.util.Optional;

/**
 * When to end a training run before its last epoch: after some epochs without a new best.
 *
 * @param patience epochs without a new best after which to stop, at least 1
 * @param measure what is to get better in validation
 */
public record EarlyStopping(int patience, Measure measure) {
  /** What is to get better. */
  public enum Measure {
    /** The loss falls. */
    LOSS,
    /** The top-1 accuracy rises. */
    TOP1
  }

  /**
   * Checks the patience.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public EarlyStopping {
    if (patience < 1) {
      throw new IllegalArgumentException("patience: expected at least 1 epoch, got " + patience);
    }
  }

  /** Whether to stop after these epochs. */
  public boolean stops(TrainingHistory history) {
    Optional<EpochResult> best = measure == Measure.LOSS ? history.leastLoss() : history.best();
    return best.isPresent()
        && history.last().orElseThrow().epoch() - best.get().epoch() >= patience;
  }
}
