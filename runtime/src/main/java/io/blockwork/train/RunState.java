package io.blockwork.train;

import java.time.Duration;
import java.util.List;

/**
 * Where a training run stands, apart from weights and updater.
 *
 * @param epoch the epoch that goes on, from 0
 * @param batch the batch of it that comes next
 * @param soFar sums over the batches of it that are done
 * @param epochs the results of the epochs before
 * @param spent time for what is done of the epoch, without validation
 */
record RunState(int epoch, int batch, Meter soFar, List<EpochResult> epochs, Duration spent) {
  RunState {
    epochs = List.copyOf(epochs);
  }

  static RunState fresh() {
    return begin(0, List.of());
  }

  /** Before the first step of an epoch. */
  static RunState begin(int epoch, List<EpochResult> epochs) {
    return new RunState(epoch, 0, new Meter(), epochs, Duration.ZERO);
  }
}
