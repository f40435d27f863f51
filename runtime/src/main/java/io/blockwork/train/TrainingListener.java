package io.blockwork.train;

import io.blockwork.Network;
import java.util.Optional;

/**
 * Hears of a training while it runs, on its thread. What a listener throws ends the training.
 *
 * @see Trainer#listener
 */
public interface TrainingListener {
  /**
   * A training that is about to begin, or to be taken up again.
   *
   * @param network what is trained
   * @param epochs in all
   * @param imagesPerEpoch images in each epoch
   * @param step steps made before, 0 for a new training
   */
  record Start(Network network, int epochs, long imagesPerEpoch, long step) {}

  /**
   * A step that was made.
   *
   * @param epoch its number, from 0
   * @param step steps so far, this one included
   * @param learningRate of this step
   * @param loss of this step's last batch
   * @param soFar metrics of the epoch so far
   */
  record Step(int epoch, long step, double learningRate, double loss, Metrics soFar) {}

  /** Before the first step. */
  default void onStart(Start start) {}

  /** After a step. */
  default void onStep(Step step) {}

  /**
   * After an epoch and its validation.
   *
   * @param history all epochs so far; the last is the one that has just ended
   * @param evaluation of this epoch, if there is validation data
   */
  default void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {}

  /** At the end, however it came about: after the last epoch, or when an exception ends it. */
  default void onEnd() {}
}
