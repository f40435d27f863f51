package io.blockwork.train;

import io.blockwork.loss.AuxiliaryLoss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Epochs as comma-separated values: what the log file holds, and what a checkpoint keeps of the
 * past. Numbers are written so that they are read back exactly.
 */
final class HistoryText {
  private static final String HEADER =
      "epoch,steps,learning_rate,train_loss,train_top1,train_top5,train_images,"
          + "validation_loss,validation_top1,validation_top5,validation_images,seconds,waited_seconds";
  private static final int FIELDS = HEADER.split(",", -1).length;
  private static final String WEIGHT = "train_weight_";
  private static final String LOSS = "train_loss_";
  private static final String LOADING = "loading_cpu_seconds";
  private static final String METRIC = "validation_metric_";
  private static final double NANOS = 1e9;

  private HistoryText() {}

  static String encode(List<EpochResult> epochs) {
    TrainingHistory history = new TrainingHistory(epochs, false);
    List<String> auxiliary = history.auxiliaryOutputs();
    StringBuilder text = new StringBuilder(HEADER);
    for (String output : auxiliary) {
      text.append(',').append(WEIGHT).append(output).append(',').append(LOSS).append(output);
    }
    text.append(',').append(LOADING);
    history.metrics().forEach(name -> text.append(',').append(METRIC).append(name));
    text.append('\n');
    for (EpochResult e : epochs) {
      text.append(e.epoch()).append(',').append(e.steps()).append(',');
      text.append(e.learningRate()).append(',').append(encode(e.training())).append(',');
      text.append(e.validation().map(HistoryText::encode).orElse(",,,")).append(',');
      text.append(e.time().toNanos() / NANOS).append(',');
      text.append(e.waited().toNanos() / NANOS);
      for (String output : auxiliary) {
        text.append(',');
        text.append(e.training().lossOf(output).map(l -> l.weight() + "," + l.loss()).orElse(","));
      }
      text.append(',').append(e.loading().toNanos() / NANOS);
      for (String name : history.metrics()) {
        text.append(',');
        e.validation()
            .map(m -> m.value(name))
            .filter(OptionalDouble::isPresent)
            .ifPresent(value -> text.append(value.getAsDouble()));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String encode(Metrics m) {
    return m.loss() + "," + m.top1() + "," + m.top5() + "," + m.images();
  }

  static List<EpochResult> decode(String text) {
    String[] header = text.lines().findFirst().orElse(HEADER).split(",", -1);
    return text.lines().skip(1).map(line -> epoch(header, line.split(",", -1))).toList();
  }

  private static EpochResult epoch(String[] header, String... f) {
    return new EpochResult(
        Integer.parseInt(f[0]),
        Long.parseLong(f[1]),
        Double.parseDouble(f[2]),
        metrics(f, 3, auxiliary(header, f)),
        f[7].isEmpty()
            ? Optional.empty()
            : Optional.of(metrics(f, 7, List.of()).with(values(header, f))),
        seconds(f[11]),
        seconds(f[12]),
        loading(header, f));
  }

  /** Pairs of columns behind the others: an auxiliary output's weight and its loss. */
  private static List<AuxiliaryLoss> auxiliary(String[] header, String... f) {
    List<AuxiliaryLoss> losses = new ArrayList<>();
    for (int i = FIELDS; i + 1 < header.length && header[i].startsWith(WEIGHT); i += 2) {
      if (!f[i].isEmpty()) {
        String output = header[i].substring(WEIGHT.length());
        losses.add(
            new AuxiliaryLoss(output, Double.parseDouble(f[i]), Double.parseDouble(f[i + 1])));
      }
    }
    return losses;
  }

  /** Checkpoints of earlier versions do not tell. */
  private static Duration loading(String[] header, String... f) {
    int column = Arrays.asList(header).indexOf(LOADING);
    return column < 0 ? Duration.ZERO : seconds(f[column]);
  }

  /** The last columns: a further metric of validation each. */
  private static Map<String, Double> values(String[] header, String... f) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = FIELDS; i < header.length; i++) {
      if (header[i].startsWith(METRIC) && !f[i].isEmpty()) {
        values.put(header[i].substring(METRIC.length()), Double.valueOf(f[i]));
      }
    }
    return values;
  }

  private static Metrics metrics(String[] f, int at, List<AuxiliaryLoss> auxiliary) {
    return new Metrics(
        Double.parseDouble(f[at]),
        Double.parseDouble(f[at + 1]),
        Double.parseDouble(f[at + 2]),
        Long.parseLong(f[at + 3]),
        auxiliary);
  }

  private static Duration seconds(String text) {
    return Duration.ofNanos(Math.round(Double.parseDouble(text) * NANOS));
  }
}
