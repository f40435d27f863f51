package io.blockwork.train;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums up losses and hits, batch by batch. */
final class Meter {
  private static final int TOP = 5;

  private double lossSum;
  private long top1;
  private long top5;
  private long images;

  /**
   * Adds a batch.
   *
   * @param loss its mean loss
   * @param output {@code [N, classes]}
   * @param labels the class of each image
   */
  void add(double loss, INDArray output, int... labels) {
    if (output.rank() == 2) {
      double[][] rows = output.castTo(DataType.DOUBLE).toDoubleMatrix();
      for (int i = 0; i < labels.length; i++) {
        int rank = rank(rows[i], labels[i]);
        top1 += rank == 0 ? 1 : 0;
        top5 += rank < TOP ? 1 : 0;
      }
    }
    lossSum += loss * labels.length;
    images += labels.length;
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

  Metrics metrics() {
    double n = Math.max(1, images);
    return new Metrics(lossSum / n, top1 / n, top5 / n, images);
  }

  /** The sums, exactly. */
  String encode() {
    return lossSum + " " + top1 + " " + top5 + " " + images;
  }

  static Meter decode(String text) {
    String[] parts = text.split(" ", -1);
    Meter meter = new Meter();
    meter.lossSum = Double.parseDouble(parts[0]);
    meter.top1 = Long.parseLong(parts[1]);
    meter.top5 = Long.parseLong(parts[2]);
    meter.images = Long.parseLong(parts[3]);
    return meter;
  }
}
