package io.blockwork.train;

import io.blockwork.data.Batch;
import io.blockwork.data.Task;
import io.blockwork.loss.BinaryCrossEntropy;
import io.blockwork.loss.Loss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a validation finds out.
 *
 * @param own metrics beside those that are usual for the task
 * @param ownLoss what training minimises, of several classes or numbers; one class for each image
 *     is always measured by cross entropy
 */
record Measuring(List<Metric> own, Optional<Function<Batch, Loss>> ownLoss) {
  Measuring {
    own = List.copyOf(own);
  }

  /** Nothing but what is usual. */
  static Measuring usual() {
    return new Measuring(List.of(), Optional.empty());
  }

  /** The usual metrics of a task, and the others. */
  List<Metric> metrics(Task task) {
    List<Metric> all = new ArrayList<>(Metric.usual(task));
    own.stream().filter(metric -> !all.contains(metric)).forEach(all::add);
    return all;
  }

  /** The values of metrics by their names. */
  static Map<String, Double> values(List<Metric> metrics, Outputs outputs) {
    Map<String, Double> values = new LinkedHashMap<>();
    metrics.forEach(metric -> values.put(metric.name(), metric.of().applyAsDouble(outputs)));
    return values;
  }

  /** The loss of a validation's batch. */
  Loss loss(Batch batch) {
    return batch.task() == Task.SINGLE_LABEL || ownLoss.isEmpty()
        ? usualLoss(batch, 0)
        : ownLoss.get().apply(batch);
  }

  /**
   * Cross entropy of softmax, binary cross entropy, or the mean squared error.
   *
   * @param smoothing of single labels
   */
  static Loss usualLoss(Batch batch, double smoothing) {
    return switch (batch.task()) {
      case SINGLE_LABEL -> Loss.softmaxCrossEntropy(batch.targets(), smoothing);
      case MULTI_LABEL -> BinaryCrossEntropy.of(batch.targets());
      case REGRESSION -> Loss.meanSquaredError(batch.targets());
    };
  }
}
