package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.Optional;
import java.util.OptionalDouble;

/** The results of epochs in columns. */
final class HistoryTable {
  private static final String HEADER =
      "epoch   steps   train loss   top-1 %   val loss   top-1 %   rate       images/s";
  private static final int WIDTH = 12;
  private static final String NONE = "-";

  private HistoryTable() {}

  static String of(TrainingHistory history) {
    if (history.epochs().isEmpty()) {
      return "no epoch yet";
    }
    StringBuilder text = new StringBuilder(HEADER);
    history.metrics().forEach(name -> text.append(cell(name)));
    Optional<EpochResult> best = history.best();
    for (EpochResult epoch : history.epochs()) {
      boolean isBest = best.filter(epoch::equals).isPresent();
      text.append('\n').append(line(epoch));
      history.metrics().forEach(name -> text.append(cell(value(epoch, name))));
      text.append(isBest ? " *" : "");
    }
    if (best.isPresent()) {
      text.append("\n* the best top-1 accuracy in validation");
    }
    if (history.stoppedEarly()) {
      text.append("\nended before its last epoch");
    }
    return text.toString();
  }

  private static String value(EpochResult epoch, String metric) {
    OptionalDouble value =
        epoch.validation().map(m -> m.value(metric)).orElse(OptionalDouble.empty());
    return value.isPresent() ? SafeText.format("%.4g", value.getAsDouble()) : NONE;
  }

  private static String cell(String text) {
    return "  " + " ".repeat(Math.max(0, WIDTH - 2 - text.length())) + text;
  }

  private static String top1(Metrics metrics) {
    return Double.isNaN(metrics.top1()) ? NONE : SafeText.format("%.2f", 100 * metrics.top1());
  }

  private static String line(EpochResult epoch) {
    return SafeText.format(
        "%5d %7d %12.4f %9s %10s %9s   %-9.3g %9.0f",
        epoch.epoch(),
        epoch.steps(),
        epoch.training().loss(),
        top1(epoch.training()),
        epoch.validation().map(m -> SafeText.format("%.4f", m.loss())).orElse(NONE),
        epoch.validation().map(HistoryTable::top1).orElse(NONE),
        epoch.learningRate(),
        epoch.imagesPerSecond());
  }
}
