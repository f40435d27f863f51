package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.Optional;

/** The results of epochs in columns. */
final class HistoryTable {
  private static final String HEADER =
      "epoch   steps   train loss   top-1 %   val loss   top-1 %   rate       images/s";
  private static final String NONE = "-";

  private HistoryTable() {}

  static String of(TrainingHistory history) {
    if (history.epochs().isEmpty()) {
      return "no epoch yet";
    }
    StringBuilder text = new StringBuilder(HEADER);
    Optional<EpochResult> best = history.best();
    for (EpochResult epoch : history.epochs()) {
      boolean isBest = best.filter(epoch::equals).isPresent();
      text.append('\n').append(line(epoch)).append(isBest ? " *" : "");
    }
    if (best.isPresent()) {
      text.append("\n* the best top-1 accuracy in validation");
    }
    if (history.stoppedEarly()) {
      text.append("\nended before its last epoch");
    }
    return text.toString();
  }

  private static String line(EpochResult epoch) {
    return SafeText.format(
        "%5d %7d %12.4f %9.2f %10s %9s   %-9.3g %9.0f",
        epoch.epoch(),
        epoch.steps(),
        epoch.training().loss(),
        100 * epoch.training().top1(),
        epoch.validation().map(m -> SafeText.format("%.4f", m.loss())).orElse(NONE),
        epoch.validation().map(m -> SafeText.format("%.2f", 100 * m.top1())).orElse(NONE),
        epoch.learningRate(),
        epoch.imagesPerSecond());
  }
}
