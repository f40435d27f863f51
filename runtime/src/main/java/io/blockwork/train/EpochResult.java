package io.blockwork.train;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The results of one epoch.
 *
 * @param epoch its number, from 1
 * @param steps optimizer's steps so far, those of earlier epochs included
 * @param learningRate of the last step
 * @param training metrics of the training passes: in training mode, while the weights changed, and
 *     with the loss that was minimised
 * @param validation metrics after the epoch, if there is validation data
 * @param time for the epoch, without validation
 * @param waited part of that time in which the network waited for data
 * @param loading processor time of all threads that loaded data (reading, decoding, transforms),
 *     which is taken from the network's where all processors are in use
 */
public record EpochResult(
    int epoch,
    long steps,
    double learningRate,
    Metrics training,
    Optional<Metrics> validation,
    Duration time,
    Duration waited,
    Duration loading) {
  /** Checks that nothing is missing. */
  public EpochResult {
    Objects.requireNonNull(training, "training");
    Objects.requireNonNull(validation, "validation");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(waited, "waited");
    Objects.requireNonNull(loading, "loading");
  }

  /** A result of which nobody knows what loading took. */
  public EpochResult(
      int epoch,
      long steps,
      double learningRate,
      Metrics training,
      Optional<Metrics> validation,
      Duration time,
      Duration waited) {
    this(epoch, steps, learningRate, training, validation, time, waited, Duration.ZERO);
  }

  /** Images trained on in a second. */
  public double imagesPerSecond() {
    return training.images() / Math.max(1e-9, time.toNanos() * 1e-9);
  }

  /** The same with what validation found. */
  EpochResult with(Optional<Metrics> metrics) {
    return new EpochResult(epoch, steps, learningRate, training, metrics, time, waited, loading);
  }
}
