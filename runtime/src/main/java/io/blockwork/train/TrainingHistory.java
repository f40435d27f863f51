package io.blockwork.train;

import io.blockwork.loss.AuxiliaryLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The results of the epochs of a training run, including those before it was resumed.
 *
 * @param epochs in order
 * @param stoppedEarly whether early stopping or the time budget ended it
 */
public record TrainingHistory(List<EpochResult> epochs, boolean stoppedEarly) {
  /** No epoch yet. */
  static final TrainingHistory NONE = new TrainingHistory(List.of(), false);

  /** Copies the list. */
  public TrainingHistory {
    Objects.requireNonNull(epochs, "epochs");
    epochs = List.copyOf(epochs);
  }

  /** The last epoch; empty if there was none. */
  public Optional<EpochResult> last() {
    return epochs.isEmpty() ? Optional.empty() : Optional.of(epochs.get(epochs.size() - 1));
  }

  /** The auxiliary outputs that had a loss in some epoch, in the order of the network. */
  public List<String> auxiliaryOutputs() {
    return epochs.stream()
        .flatMap(epoch -> epoch.training().auxiliary().stream())
        .map(AuxiliaryLoss::output)
        .distinct()
        .toList();
  }

  /** The epoch with the best top-1 accuracy in validation, the first of equal ones. */
  public Optional<EpochResult> best() {
    return best(EarlyStopping.Measure.TOP1);
  }

  /** The epoch with the least loss in validation, the first of equal ones. */
  public Optional<EpochResult> leastLoss() {
    return best(EarlyStopping.Measure.LOSS);
  }

  /**
   * The epoch with the best validation by some measure, the first of equal ones; empty if no
   * validation tells of it.
   */
  public Optional<EpochResult> best(EarlyStopping.Measure measure) {
    Objects.requireNonNull(measure, "measure");
    return epochs.stream()
        .filter(e -> e.validation().isPresent())
        .filter(e -> !Double.isNaN(measure.of(e.validation().orElseThrow())))
        .reduce(
            (a, b) ->
                measure.isBetter(b.validation().orElseThrow(), a.validation().orElseThrow())
                    ? b
                    : a);
  }

  /** The further metrics that some epoch's validation tells of, in order. */
  public List<String> metrics() {
    return epochs.stream()
        .flatMap(epoch -> epoch.validation().stream())
        .flatMap(metrics -> metrics.values().keySet().stream())
        .distinct()
        .toList();
  }

  /** The history after one more epoch. */
  TrainingHistory with(EpochResult epoch) {
    List<EpochResult> all = new ArrayList<>(epochs);
    all.add(epoch);
    return new TrainingHistory(all, stoppedEarly);
  }

  /** The results of the epochs after the given one. */
  TrainingHistory after(int epoch) {
    List<EpochResult> later = epochs.stream().filter(e -> e.epoch() > epoch).toList();
    return new TrainingHistory(later, stoppedEarly);
  }

  /**
   * A table for people: a line for each epoch, the one of the best top-1 accuracy in validation
   * marked.
   */
  @Override
  public String toString() {
    return HistoryTable.of(this);
  }
}
