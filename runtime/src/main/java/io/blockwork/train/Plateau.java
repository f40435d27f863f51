package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Objects;

/**
 * Lowers the learning rate when validation has not got better for some epochs: torch's {@code
 * ReduceLROnPlateau}. It is a function of the results so far, so that a training run that is
 * resumed goes on as if it had never stopped. Epochs without validation do not count.
 *
 * @param factor of the learning rate each time, above 0 and below 1
 * @param patience validations without a new best that are borne with; the next one lowers the rate
 * @param measure what is to get better
 * @param threshold by what part of the best result another has to be better to be a new best
 * @param cooldown validations after a reduction that do not count
 * @param least factor of the base learning rate that is never gone below
 */
public record Plateau(
    double factor,
    int patience,
    EarlyStopping.Measure measure,
    double threshold,
    int cooldown,
    double least)
    implements Schedule {
  /** The least change of the rate that torch makes, which counts rates and not factors. */
  private static final double EPSILON = 1e-8;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Plateau {
    Objects.requireNonNull(measure, "measure");
    if (!(factor > 0 && factor < 1 && threshold >= 0 && least >= 0)
        || patience < 0
        || cooldown < 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "plateau: expected a factor between 0 and 1, and patience, threshold, cooldown and"
                  + " least factor of 0 or more; got %s, %d, %s, %d, %s",
              factor, patience, threshold, cooldown, least));
    }
  }

  /** With torch's threshold of 1e-4, no cooldown and no least rate. */
  public Plateau(double factor, int patience, EarlyStopping.Measure measure) {
    this(factor, patience, measure, 1e-4, 0, 0);
  }

  @Override
  public boolean needsValidation() {
    return true;
  }

  @Override
  public double factor(Progress at) {
    double rate = 1;
    double best = measure.higherIsBetter() ? -Double.MAX_VALUE : Double.MAX_VALUE;
    int bad = 0;
    int cooling = 0;
    for (double value : values(at.history())) {
      if (isBetter(value, best)) {
        best = value;
        bad = 0;
      } else {
        bad++;
      }
      if (cooling > 0) {
        cooling--;
        bad = 0;
      }
      if (bad > patience) {
        double lower = Math.max(rate * factor, least);
        rate = rate - lower > EPSILON ? lower : rate;
        cooling = cooldown;
        bad = 0;
      }
    }
    return rate;
  }

  private List<Double> values(TrainingHistory history) {
    return history.epochs().stream()
        .flatMap(epoch -> epoch.validation().stream())
        .map(measure::of)
        .toList();
  }

  /** Torch's relative threshold; what is NaN is never better. */
  private boolean isBetter(double value, double best) {
    return measure.higherIsBetter()
        ? value > best * (1 + threshold)
        : value < best * (1 - threshold);
  }
}
