package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.Optional;

/**
 * What a training run has to say about how it goes on and how it ended.
 *
 * @param epochs in all
 * @param stopping the early stopping, if there is one
 * @param last the checkpoint to go on from, if there are any
 */
record RunNotes(int epochs, Optional<EarlyStopping> stopping, Optional<String> last) {
  /** A run that found a checkpoint. */
  String resumed(TrainingHistory history, RunState state, int steps) {
    String file = last.orElse("the checkpoint");
    if (state.epoch() > epochs) {
      return SafeText.format(
          "%s: this training has ended: %d epochs are done, more than the %d that are asked for."
              + " epochs(...) with more than %d goes on from here; startOver() or another folder"
              + " begins anew",
          file, state.epoch(), epochs, state.epoch());
    }
    if (stopping.filter(when -> when.stops(history)).isPresent()) {
      return SafeText.format(
          "%s: this training has stopped early, after epoch %d of %d: %s. A larger patience goes"
              + " on from here; startOver() or another folder begins anew",
          file, state.epoch(), epochs, reason());
    }
    if (state.epoch() >= epochs) {
      return SafeText.format(
          "%s: this training has ended, after epoch %d of %d. epochs(...) with more of them goes"
              + " on from here; startOver() or another folder begins anew",
          file, state.epoch(), epochs);
    }
    return SafeText.format(
        "%s: going on in epoch %d of %d, after step %d", file, state.epoch() + 1, epochs, steps);
  }

  /** A run that ended in between. */
  String brokenOff(int epoch, int steps, boolean byProcess) {
    String where =
        SafeText.format(
            "%s in epoch %d of %d, after step %d",
            byProcess ? "stopped because the process ends," : "out of time", epoch, epochs, steps);
    return last.map(
            file ->
                SafeText.format(
                    "%s; %s has been written: the same program, run again, goes on from there",
                    where, file))
        .orElse(where + "; to go on another time needs checkpoints(folder), which was not called");
  }

  /**
   * A run that ended by itself; empty if there is nothing to say.
   *
   * @param early whether early stopping ended it
   * @param best whether the network has been given the weights of the best epoch
   */
  Optional<String> ended(TrainingHistory history, boolean early, boolean best) {
    int last = history.last().map(EpochResult::epoch).orElse(0);
    int bestEpoch =
        stopping.flatMap(when -> when.best(history)).map(EpochResult::epoch).orElse(last);
    String weights =
        best && bestEpoch != last
            ? SafeText.format("the network has the weights of epoch %d, the best", bestEpoch)
            : "";
    if (early) {
      return Optional.of(
          SafeText.format("stopped early after epoch %d of %d: %s", last, epochs, reason())
              + (weights.isEmpty() ? "" : "; " + weights));
    }
    return weights.isEmpty()
        ? Optional.empty()
        : Optional.of(weights + " by " + stopping.orElseThrow().measure());
  }

  private String reason() {
    EarlyStopping when = stopping.orElseThrow();
    return SafeText.format(
        "no better %s in validation for %d epochs", when.measure(), when.patience());
  }
}
