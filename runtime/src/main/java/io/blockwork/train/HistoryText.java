package io.blockwork.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Epochs as comma-separated values: what the log file holds, and what a checkpoint keeps of the
 * past. Numbers are written so that they are read back exactly.
 */
final class HistoryText {
  private static final String HEADER =
      "epoch,steps,learning_rate,train_loss,train_top1,train_top5,train_images,"
          + "validation_loss,validation_top1,validation_top5,validation_images,seconds,waited_seconds";
  private static final int FIELDS = HEADER.split(",", -1).length;
  private static final double NANOS = 1e9;

  private HistoryText() {}

  static String encode(List<EpochResult> epochs) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (EpochResult e : epochs) {
      text.append(e.epoch() + 1).append(',').append(e.steps()).append(',');
      text.append(e.learningRate()).append(',').append(encode(e.training())).append(',');
      text.append(e.validation().map(HistoryText::encode).orElse(",,,")).append(',');
      text.append(e.time().toNanos() / NANOS).append(',');
      text.append(e.waited().toNanos() / NANOS).append('\n');
    }
    return text.toString();
  }

  private static String encode(Metrics m) {
    return m.loss() + "," + m.top1() + "," + m.top5() + "," + m.images();
  }

  static List<EpochResult> decode(String text) {
    List<EpochResult> epochs = new ArrayList<>();
    text.lines().skip(1).forEach(line -> epochs.add(epoch(line.split(",", FIELDS))));
    return epochs;
  }

  private static EpochResult epoch(String... f) {
    return new EpochResult(
        Integer.parseInt(f[0]) - 1,
        Long.parseLong(f[1]),
        Double.parseDouble(f[2]),
        metrics(f, 3),
        f[7].isEmpty() ? Optional.empty() : Optional.of(metrics(f, 7)),
        seconds(f[11]),
        seconds(f[12]));
  }

  private static Metrics metrics(String[] f, int at) {
    return new Metrics(
        Double.parseDouble(f[at]),
        Double.parseDouble(f[at + 1]),
        Double.parseDouble(f[at + 2]),
        Long.parseLong(f[at + 3]));
  }

  private static Duration seconds(String text) {
    return Duration.ofNanos(Math.round(Double.parseDouble(text) * NANOS));
  }
}
