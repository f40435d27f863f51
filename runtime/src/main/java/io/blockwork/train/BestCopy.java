package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.parameters.Parameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A copy of the weights of the best epoch by an early stopping's measure, to end with. */
final class BestCopy implements AutoCloseable {
  private final EarlyStopping.Measure measure;
  private Optional<Metrics> best = Optional.empty();
  private Map<String, INDArray> values = Map.of();

  BestCopy(EarlyStopping.Measure measure) {
    this.measure = measure;
  }

  /** Copies the weights if these results of theirs are the best so far. */
  void offer(Network network, Metrics metrics) {
    if (best.isEmpty() || measure.isBetter(metrics, best.get())) {
      best = Optional.of(metrics);
      replace(network.parameters().copies());
    }
  }

  /** What a checkpoint keeps. */
  Map<String, INDArray> values() {
    return values;
  }

  /**
   * Goes on from what a checkpoint kept; nothing, if it kept none.
   *
   * @param epochs so far
   */
  void restore(Map<String, INDArray> kept, List<EpochResult> epochs) {
    if (!kept.isEmpty()) {
      var history = new TrainingHistory(epochs, false);
      best = new EarlyStopping(1, measure).best(history).flatMap(EpochResult::validation);
      replace(kept);
    }
  }

  private void replace(Map<String, INDArray> newer) {
    close();
    values = new LinkedHashMap<>(newer);
  }

  /** Gives the network the best weights; false if none were ever validated. */
  boolean giveTo(Parameters parameters) {
    parameters.write(memory -> values.forEach((name, v) -> memory.view(name).assign(v)));
    return !values.isEmpty();
  }

  @Override
  public void close() {
    values.values().forEach(INDArray::close);
    values = Map.of();
  }
}
