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
  /**
   * What is to get better.
   *
   * @param name for people; of a {@link Metric}, its name
   * @param higherIsBetter whether more is better
   */
  public record Measure(String name, boolean higherIsBetter) {
    /** Checks the name. */
    public Measure {
      Objects.requireNonNull(name, "name");
    }

    /** The loss falls. */
    public static final Measure LOSS = new Measure("loss", false);

    /** The top-1 accuracy rises. */
    public static final Measure TOP1 = new Measure("top-1", true);

    /** A metric that the validation tells of. */
    public static Measure of(Metric metric) {
      return new Measure(metric.name(), metric.higherIsBetter());
    }

    /** The number itself; NaN if the validation does not tell of it. */
    double of(Metrics metrics) {
      if (equals(LOSS)) {
        return metrics.loss();
      }
      return equals(TOP1) ? metrics.top1() : metrics.value(name).orElse(Double.NaN);
    }

    /** Whether the first result is better than the second; NaN is worse than any number. */
    boolean isBetter(Metrics one, Metrics than) {
      double value = of(one);
      double other = of(than);
      return Double.isNaN(other)
          ? !Double.isNaN(value)
          : higherIsBetter ? value > other : value < other;
    }

    @Override
    public String toString() {
      return name;
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
    return history.best(measure);
  }

  /** Whether to stop after these epochs. */
  public boolean stops(TrainingHistory history) {
    Optional<EpochResult> best = best(history);
    return best.isPresent()
        && history.last().orElseThrow().epoch() - best.get().epoch() >= patience;
  }
}
