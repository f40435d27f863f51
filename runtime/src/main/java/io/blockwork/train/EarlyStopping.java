package io.blockwork.train;

import java.util.Objects;
import java.util.Optional;

/**
 * When to end a training run before its last epoch: after some epochs without a new best. The
 * network then has the weights of its best epoch, unless {@link #keepingLast} says otherwise.
 *
 * @param patience epochs without a new best after which to stop, at least 1
 * @param measure what is to get better in validation
 * @param restoresBest whether the network ends with the weights of the best epoch, be it stopped or
 *     not
 */
public record EarlyStopping(int patience, Measure measure, boolean restoresBest) {
  /** What is to get better. */
  public enum Measure {
    /** The loss falls. */
    LOSS("loss"),
    /** The top-1 accuracy rises. */
    TOP1("top-1");

    private final String text;

    Measure(String text) {
      this.text = text;
    }

    /** Whether the first result is better than the second. */
    boolean isBetter(Metrics one, Metrics than) {
      return this == LOSS ? one.loss() < than.loss() : one.top1() > than.top1();
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Checks the patience.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public EarlyStopping {
    Objects.requireNonNull(measure, "measure");
    if (patience < 1) {
      throw new IllegalArgumentException("patience: expected at least 1 epoch, got " + patience);
    }
  }

  /** One that ends with the weights of the best epoch. */
  public EarlyStopping(int patience, Measure measure) {
    this(patience, measure, true);
  }

  /** The same, but the network ends with the weights of the last epoch. */
  public EarlyStopping keepingLast() {
    return new EarlyStopping(patience, measure, false);
  }

  /** The best epoch; empty before the first validation. */
  Optional<EpochResult> best(TrainingHistory history) {
    return measure == Measure.LOSS ? history.leastLoss() : history.best();
  }

  /** Whether to stop after these epochs. */
  public boolean stops(TrainingHistory history) {
    Optional<EpochResult> best = best(history);
    return best.isPresent()
        && history.last().orElseThrow().epoch() - best.get().epoch() >= patience;
  }
}
