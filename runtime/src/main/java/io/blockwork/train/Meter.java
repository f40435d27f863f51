package io.blockwork.train;

import io.blockwork.data.Batch;
import io.blockwork.data.Task;
import io.blockwork.loss.AuxiliaryLoss;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums up losses and hits, batch by batch. */
public final class Meter {
  private static final int TOP = 5;

  /** Stands for hits in {@link #encode} where there are no classes, or too few, to count them. */
  private static final int NONE = -1;

  private double lossSum;
  private long top1;
  private long top5;
  private long images;

  /** Whether any label would be among the first five. */
  private boolean fewClasses;

  /** Whether images have no single class that could come first. */
  private boolean withoutClasses;

  /** Of auxiliary outputs, by their names, which hold no spaces. */
  private final Map<String, Sum> sums = new LinkedHashMap<>();

  /**
   * Adds a batch, whatever is to be said of its images.
   *
   * @param loss its mean loss
   * @param auxiliary the mean losses of auxiliary outputs
   * @param output {@code [N, classes]}
   */
  public void add(double loss, List<AuxiliaryLoss> auxiliary, INDArray output, Batch batch) {
    Objects.requireNonNull(auxiliary, "auxiliary");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(batch, "batch");
    if (batch.task() == Task.SINGLE_LABEL) {
      add(loss, auxiliary, output, batch.labels());
    } else {
      withoutClasses = true;
      add(loss, auxiliary, batch.size());
    }
  }

  /**
   * Adds a batch of images that have one class each.
   *
   * @param loss its mean loss
   * @param auxiliary the mean losses of auxiliary outputs
   * @param output {@code [N, classes]}
   * @param labels the class of each image
   */
  public void add(double loss, List<AuxiliaryLoss> auxiliary, INDArray output, int... labels) {
    if (output.rank() == 2) {
      double[][] rows = output.castTo(DataType.DOUBLE).toDoubleMatrix();
      fewClasses |= output.size(1) <= TOP;
      for (int i = 0; i < labels.length; i++) {
        int rank = rank(rows[i], labels[i]);
        top1 += rank == 0 ? 1 : 0;
        top5 += rank < TOP ? 1 : 0;
      }
    }
    add(loss, auxiliary, labels.length);
  }

  private void add(double loss, List<AuxiliaryLoss> auxiliary, int size) {
    lossSum += loss * size;
    images += size;
    for (AuxiliaryLoss each : auxiliary) {
      sums.merge(each.output(), new Sum(each.weight(), each.loss() * size, size), Sum::plus);
    }
  }

  /**
   * Sums of one auxiliary output.
   *
   * @param weight the last one
   */
  private record Sum(double weight, double loss, long images) {
    Sum plus(Sum later) {
      return new Sum(later.weight, loss + later.loss, images + later.images);
    }
  }

  /**
   * How many classes come before the label; of equal outputs the first class does. Where an output
   * is NaN nothing was recognised.
   */
  private static int rank(double[] row, int label) {
    if (label < 0 || label >= row.length) {
      return row.length;
    }
    int rank = 0;
    for (int c = 0; c < row.length; c++) {
      if (Double.isNaN(row[c])) {
        return row.length;
      }
      if (row[c] > row[label] || c < label && row[c] == row[label]) {
        rank++;
      }
    }
    return rank;
  }

  /** The means over the images so far. */
  public Metrics metrics() {
    double n = Math.max(1, images);
    List<AuxiliaryLoss> auxiliary =
        sums.entrySet().stream()
            .map(
                entry -> {
                  Sum sum = entry.getValue();
                  double mean = sum.loss() / Math.max(1, sum.images());
                  return new AuxiliaryLoss(entry.getKey(), sum.weight(), mean);
                })
            .toList();
    return new Metrics(
        lossSum / n,
        withoutClasses ? Double.NaN : top1 / n,
        fewClasses || withoutClasses ? Double.NaN : top5 / n,
        images,
        auxiliary);
  }

  /** Adds what another meter has summed up. */
  public void add(Meter other) {
    lossSum += other.lossSum;
    top1 += other.top1;
    top5 += other.top5;
    images += other.images;
    fewClasses |= other.fewClasses;
    withoutClasses |= other.withoutClasses;
    other.sums.forEach((output, sum) -> sums.merge(output, sum, Sum::plus));
  }

  /** The sums, exactly, as a text that {@link #decode} reads. */
  public String encode() {
    StringBuilder text = new StringBuilder();
    text.append(lossSum).append(' ').append(withoutClasses ? NONE : top1).append(' ');
    text.append(fewClasses ? NONE : top5).append(' ').append(images);
    sums.forEach(
        (name, sum) -> {
          text.append(' ').append(name).append(' ').append(sum.weight());
          text.append(' ').append(sum.loss()).append(' ').append(sum.images());
        });
    return text.toString();
  }

  /** The sums that {@link #encode} wrote. */
  public static Meter decode(String text) {
    String[] parts = text.split(" ", -1);
    Meter meter = new Meter();
    meter.lossSum = Double.parseDouble(parts[0]);
    long first = Long.parseLong(parts[1]);
    meter.withoutClasses = first == NONE;
    meter.top1 = meter.withoutClasses ? 0 : first;
    long hits = Long.parseLong(parts[2]);
    meter.fewClasses = hits == NONE;
    meter.top5 = meter.fewClasses ? 0 : hits;
    meter.images = Long.parseLong(parts[3]);
    for (int i = 4; i + 3 < parts.length; i += 4) {
      meter.sums.put(
          parts[i],
          new Sum(
              Double.parseDouble(parts[i + 1]),
              Double.parseDouble(parts[i + 2]),
              Long.parseLong(parts[i + 3])));
    }
    return meter;
  }
}
