package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains for some steps with a growing learning rate, and leaves the network as it was. Each step
 * is one of a training: as many batches, as many passes.
 *
 * @param least the first rate
 * @param largest the last rate
 * @param steps between them
 */
record RangeTest(double least, double largest, int steps) {
  /** What the smoothed loss keeps at each step. */
  private static final double SMOOTHING = 0.98;

  /** The test ends when the loss is this many times the least one. */
  private static final double TOO_MUCH = 4;

  RangeTest {
    if (!(least > 0 && largest > least) || Double.isInfinite(largest) || steps < 2) {
      throw new IllegalArgumentException(
          "learning rates: expected 0 < least < largest and at least 2 steps, got "
              + least
              + ", "
              + largest
              + " and "
              + steps);
    }
  }

  LearningRates run(Trainer trainer, DataLoader train) {
    try (Snapshot before = Snapshot.of(trainer.network.parameters())) {
      return new LearningRates(points(trainer, train));
    }
  }

  private List<LearningRates.Point> points(Trainer trainer, DataLoader train) {
    StepSettings settings = trainer.stepSettings();
    Optimizer optimizer = settings.optimizer(trainer.network);
    List<LearningRates.Point> points = new ArrayList<>();
    double mean = 0;
    double best = Double.POSITIVE_INFINITY;
    for (int number = 1; points.size() < steps; number++) {
      try (Epoch epoch = train.epoch(number)) {
        while (epoch.hasNext() && points.size() < steps) {
          double part = (double) points.size() / (steps - 1);
          double rate = least * Math.pow(largest / least, part);
          optimizer.updater().setLrAndSchedule(rate, null);
          double loss = pass(settings, optimizer, trainer.network, epoch);
          mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
          double smooth = mean / (1 - Math.pow(SMOOTHING, points.size() + 1));
          if (!(smooth <= TOO_MUCH * best)) {
            return points;
          }
          points.add(new LearningRates.Point(rate, smooth));
          best = Math.min(best, smooth);
          optimizer.step();
        }
      }
    }
    return points;
  }

  /** The passes before a step, on as many batches as in a training; their mean loss. */
  private static double pass(
      StepSettings settings, Optimizer optimizer, Network network, Epoch epoch) {
    double sum = 0;
    long images = 0;
    int passes = settings.accumulate() / settings.batchesAtOnce();
    for (int i = 0; i < passes && epoch.hasNext(); i++) {
      Batch batch = settings.next(epoch);
      INDArray values = batch.images().castTo(network.parameters().dataType());
      sum += settings.pass(network, values, batch).total() * batch.size();
      images += batch.size();
      if (passes > 1) {
        optimizer.accumulate(batch.size());
      }
    }
    return sum / images;
  }
}
