package io.blockwork.train;

import java.util.List;

/**
 * Where a training run stands, apart from weights and updater.
 *
 * @param epoch the epoch that goes on, from 0
 * @param batch the batch of it that comes next
 * @param soFar sums over the batches of it that are done
 * @param epochs the results of the epochs before
 */
record RunState(int epoch, int batch, Meter soFar, List<EpochResult> epochs) {
  RunState {
    epochs = List.copyOf(epochs);
  }

  static RunState fresh() {
    return new RunState(0, 0, new Meter(), List.of());
  }
}
