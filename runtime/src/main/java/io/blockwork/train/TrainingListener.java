package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.loss.AuxiliaryLoss;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Hears of a training run while it runs, on its thread.
 *
 * <p>A listener that fails does not end training: what it throws is logged, the first time. There
 * are two exceptions. A {@link java.util.concurrent.CancellationException} ends the training, and
 * {@link Trainer#fit} passes it on. And before the first step, in {@link #onStart}, a file that
 * cannot be written ({@link java.io.UncheckedIOException}, {@link io.blockwork.io.FileException})
 * keeps the training from beginning.
 *
 * @see Trainer#listener
 */
public interface TrainingListener {
  /**
   * A training run that is about to begin, or to be resumed.
   *
   * @param network what is trained
   * @param epochs in all
   * @param imagesPerEpoch images in each epoch
   * @param step steps made before, 0 for a new training run
   * @param history the results of the epochs before, empty for a new training run
   */
  record Start(
      Network network, int epochs, long imagesPerEpoch, long step, TrainingHistory history) {
    /** Checks that nothing is missing. */
    public Start {
      Objects.requireNonNull(network, "network");
      Objects.requireNonNull(history, "history");
    }
  }

  /**
   * A step that was made.
   *
   * @param epoch its number, from 1
   * @param step steps so far, this one included
   * @param learningRate of this step
   * @param loss of this step's last batch, the main output's
   * @param auxiliary losses of that batch's auxiliary outputs
   * @param soFar metrics of the epoch so far
   */
  record Step(
      int epoch,
      long step,
      double learningRate,
      double loss,
      List<AuxiliaryLoss> auxiliary,
      Metrics soFar) {
    /** Checks that nothing is missing. */
    public Step {
      Objects.requireNonNull(auxiliary, "auxiliary");
      Objects.requireNonNull(soFar, "soFar");
    }
  }

  /**
   * A validation that goes on.
   *
   * @param epoch its number, from 1
   * @param images that have been looked at, from 0
   * @param of how many; 0 if that is not known
   */
  record Validating(int epoch, long images, long of) {}

  /** Before the first step: the moment to find out whether a log can be written. */
  default void onStart(Start start) {}

  /** After a step. */
  default void onStep(Step step) {}

  /** At the beginning of a validation, and in between. */
  default void onValidating(Validating validating) {}

  /**
   * Something that the people who wait for the training should read: from where it goes on, why it
   * ends, what it would take to go on.
   *
   * @param text one or two sentences
   */
  default void onNote(String text) {}

  /**
   * After a validation within an epoch, which {@link Trainer#validateEverySteps} asks for.
   *
   * @param step steps so far
   */
  default void onValidation(long step, Evaluation evaluation) {}

  /**
   * After an epoch, its validation and its checkpoint.
   *
   * @param history all epochs so far; the last is the one that has just ended
   * @param evaluation of this epoch, if there is validation data
   */
  default void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {}

  /** At the end, however it came about: after the last epoch, or when an exception ends it. */
  default void onEnd() {}
}
