package io.blockwork.train;

import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.util.Arrays;
import java.util.Objects;

/**
 * How the learning rate changes over a training run: a factor of the rate that the updater was made
 * with, for each step.
 *
 * <p>Schedules count epochs, as torch's do when {@code scheduler.step()} is called once an epoch;
 * {@link #perStep} makes any of them count steps. {@link #warmUp} can stand before any of them:
 *
 * <pre>{@code
 * Schedule.cosine().warmUp(5, 0.01)
 * Schedule.oneCycle()
 * Schedule.multiStep(0.1, 80, 120)
 * }</pre>
 */
@FunctionalInterface
public interface Schedule {
  /**
   * The factor of the base learning rate for the next step.
   *
   * @param at how far the training has come
   */
  double factor(Progress at);

  /** Whether the schedule goes by the results of validation. */
  default boolean needsValidation() {
    return false;
  }

  /**
   * How far a training run has come.
   *
   * @param step steps made so far, in all
   * @param stepsPerEpoch steps in each epoch
   * @param epochs epochs in the whole training run
   * @param history the results of the epochs that have ended, for schedules that go by them
   */
  record Progress(long step, long stepsPerEpoch, int epochs, TrainingHistory history) {
    /** Progress without results. */
    public Progress(long step, long stepsPerEpoch, int epochs) {
      this(step, stepsPerEpoch, epochs, TrainingHistory.NONE);
    }

    /** Checks the numbers. */
    public Progress {
      Objects.requireNonNull(history, "history");
      if (step < 0 || stepsPerEpoch < 1 || epochs < 0) {
        throw new IllegalArgumentException(
            SafeText.format(
                "expected step >= 0, steps per epoch >= 1, epochs >= 0; got %d, %d, %d",
                step, stepsPerEpoch, epochs));
      }
    }

    /** The epoch that the next step belongs to, from 1. */
    public long epoch() {
      return ended() + 1;
    }

    /** Epochs that have ended. */
    public long ended() {
      return step / stepsPerEpoch;
    }

    /** Steps in the whole training run. */
    public long totalSteps() {
      return stepsPerEpoch * epochs;
    }
  }

  /** The base rate throughout. */
  static Schedule constant() {
    return at -> 1;
  }

  /**
   * Multiplies by {@code gamma} every {@code every} epochs: torch's {@code StepLR}.
   *
   * @throws IllegalArgumentException if {@code every} is not positive, or {@code gamma} negative or
   *     not finite
   */
  @SuppressWarnings("NarrowCalculation") // whole numbers of decays
  static Schedule step(int every, double gamma) {
    NumberChecks.positive("epochs between decays", every);
    NumberChecks.finiteNotNegative("factor of a decay", gamma);
    return at -> Math.pow(gamma, at.ended() / every);
  }

  /**
   * Multiplies by {@code gamma} whenever one of the given numbers of epochs has ended: torch's
   * {@code MultiStepLR}.
   *
   * @throws IllegalArgumentException if {@code gamma} is negative or not finite
   */
  static Schedule multiStep(double gamma, int... epochs) {
    NumberChecks.finiteNotNegative("factor of a decay", gamma);
    int[] milestones = epochs.clone();
    return at ->
        Math.pow(gamma, Arrays.stream(milestones).filter(epoch -> epoch <= at.ended()).count());
  }

  /** Half a cosine from the base rate down to 0 (Loshchilov and Hutter, 2016). */
  static Schedule cosine() {
    return cosine(0);
  }

  /**
   * Half a cosine from the base rate down to a part of it, reached after the last epoch: torch's
   * {@code CosineAnnealingLR} with {@code T_max} = epochs.
   *
   * @param last the part of the base rate that is left at the end
   * @throws IllegalArgumentException if that is negative or not finite
   */
  static Schedule cosine(double last) {
    NumberChecks.finiteNotNegative("part of the rate that is left", last);
    return at -> {
      double done = Math.min(1, (double) at.ended() / Math.max(1, at.epochs()));
      return last + (1 - last) * (1 + Math.cos(Math.PI * done)) / 2;
    };
  }

  /**
   * Cosines that begin anew (Loshchilov and Hutter, 2016): torch's {@code
   * CosineAnnealingWarmRestarts}.
   *
   * @param first epochs of the first cosine, at least 1
   * @param multiplier how many times as long each cosine is as the one before, at least 1
   * @param last the part of the base rate that a cosine ends at
   * @throws IllegalArgumentException if a number is out of range
   */
  static Schedule warmRestarts(int first, int multiplier, double last) {
    if (first < 1 || multiplier < 1 || !(last >= 0)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "warm restarts: expected at least 1 epoch, a multiplier of at least 1 and a fraction"
                  + " of 0 or more; got %d, %d, %s",
              first, multiplier, last));
    }
    return at -> {
      long length = first;
      long begin = 0;
      while (at.ended() >= begin + length) {
        begin += length;
        length *= multiplier;
      }
      return anneal(1, last, (double) (at.ended() - begin) / length);
    };
  }

  /**
   * Multiplies by {@code factor} when validation's loss has not fallen for more than {@code
   * patience} epochs: torch's {@code ReduceLROnPlateau}. {@link Plateau} has its other settings.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  static Schedule onPlateau(double factor, int patience) {
    return new Plateau(factor, patience, EarlyStopping.Measure.LOSS);
  }

  /**
   * One cycle (Smith and Topin, 2017) with torch's defaults: by cosines, from a 25th of the base
   * rate up to it within 30 % of the steps, and then down to 1/250,000 of it.
   */
  static Schedule oneCycle() {
    return oneCycle(0.3, 25, 1e4);
  }

  /**
   * One cycle: torch's {@code OneCycleLR} with the base rate as {@code max_lr}. It counts steps.
   *
   * @param rising the part of the steps in which the rate rises
   * @param startDivisor the first rate is the base rate over this
   * @param endDivisor the last rate is the first one over this
   * @throws IllegalArgumentException if {@code rising} is not within 0 and 1, or a divisor is not
   *     positive
   */
  static Schedule oneCycle(double rising, double startDivisor, double endDivisor) {
    if (!(rising >= 0 && rising <= 1 && startDivisor > 0 && endDivisor > 0)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "one cycle: expected a fraction from 0 to 1 and positive divisors, got %s, %s, %s",
              rising, startDivisor, endDivisor));
    }
    double start = 1 / startDivisor;
    double end = start / endDivisor;
    return at -> {
      double last = at.totalSteps() - 1;
      double peak = rising * at.totalSteps() - 1;
      double step = Math.min(at.step(), last);
      return step <= peak
          ? anneal(start, 1, peak > 0 ? step / peak : 1)
          : anneal(1, end, last > peak ? (step - peak) / (last - peak) : 1);
    };
  }

  private static double anneal(double start, double end, double done) {
    return end + (start - end) * (1 + Math.cos(Math.PI * done)) / 2;
  }

  /**
   * This schedule after a linear warm-up, as torch's {@code SequentialLR} of {@code LinearLR} and
   * this; this one runs over the epochs that remain.
   *
   * @param epochs of warming up
   * @param first the part of the base rate to begin with, for example 0.01
   * @throws IllegalArgumentException if one is negative
   */
  default Schedule warmUp(int epochs, double first) {
    if (epochs < 0 || !(first >= 0)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "warm-up: expected a number of epochs and a fraction of 0 or more, got %d, %s",
              epochs, first));
    }
    Schedule main = this;
    return new Schedule() {
      @Override
      public boolean needsValidation() {
        return main.needsValidation();
      }

      @Override
      public double factor(Progress at) {
        if (at.ended() < epochs) {
          return first + (1 - first) * at.ended() / epochs;
        }
        long before = at.stepsPerEpoch() * epochs;
        int remaining = Math.max(0, at.epochs() - epochs);
        return main.factor(
            new Progress(
                at.step() - before, at.stepsPerEpoch(), remaining, at.history().after(epochs)));
      }
    };
  }

  /**
   * The same schedule counting steps where it counted epochs. Schedules that go by results see
   * those of epochs.
   */
  default Schedule perStep() {
    Schedule main = this;
    return new Schedule() {
      @Override
      public boolean needsValidation() {
        return main.needsValidation();
      }

      @Override
      public double factor(Progress at) {
        return main.factor(
            new Progress(at.step(), 1, Math.toIntExact(at.totalSteps()), at.history()));
      }
    };
  }
}
