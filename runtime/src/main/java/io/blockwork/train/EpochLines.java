package io.blockwork.train;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints a line for each epoch that has ended, terminal or not.
 *
 * @param out where to
 */
public record EpochLines(PrintStream out) implements TrainingListener {
  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    EpochResult epoch = history.last().orElseThrow();
    out.printf(
        Locale.ROOT,
        "epoch %d: training %s%s; rate %.4g, %.0f images/s%n",
        epoch.epoch() + 1,
        epoch.training(),
        epoch.validation().map(m -> "; validation " + m).orElse(""),
        epoch.learningRate(),
        epoch.imagesPerSecond());
    out.flush();
  }
}
