package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import io.blockwork.io.NumberChecks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Whether a classifier is right as often as its probabilities say (Guo and others, 2017).
 *
 * @param bins equally wide parts of the confidence, from 0 to 1
 */
public record Calibration(List<Bin> bins) {
  /**
   * The images whose confidence lies in a part of 0 .. 1: above its lower end, up to its upper one.
   *
   * @param images how many
   * @param confidence their mean confidence, 0 if there are none
   * @param accuracy the part of them that was right, 0 if there are none
   */
  public record Bin(long images, double confidence, double accuracy) {
    double gap() {
      return Math.abs(confidence - accuracy);
    }
  }

  /** Copies the list. */
  public Calibration {
    Objects.requireNonNull(bins, "bins");
    bins = List.copyOf(bins);
  }

  /**
   * Looks at the images that have labels.
   *
   * @param count of bins, at least 1
   * @throws IllegalArgumentException if there are fewer
   */
  public static Calibration of(Predictions predictions, int count) {
    NumberChecks.positive("bins", count);
    long[] images = new long[count];
    double[] confidence = new double[count];
    double[] right = new double[count];
    for (Predictions.Row row : predictions.rows()) {
      if (row.label() >= 0) {
        int bin = Math.max(0, (int) Math.ceil(row.confidence() * count) - 1);
        bin = Math.min(count - 1, bin);
        images[bin]++;
        confidence[bin] += row.confidence();
        right[bin] += row.isRight() ? 1 : 0;
      }
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double n = Math.max(1, images[i]);
      bins.add(new Bin(images[i], confidence[i] / n, right[i] / n));
    }
    return new Calibration(bins);
  }

  /** ECE: the mean gap between confidence and accuracy, over the images; 0 without images. */
  public double expectedError() {
    double total = Math.max(1, bins.stream().mapToLong(Bin::images).sum());
    return bins.stream().mapToDouble(bin -> bin.images() * bin.gap()).sum() / total;
  }

  /** MCE: the largest gap of a bin that has images. */
  public double largestError() {
    return bins.stream().filter(bin -> bin.images() > 0).mapToDouble(Bin::gap).max().orElse(0);
  }

  /**
   * Draws a reliability diagram: accuracy over confidence, beside what it should be.
   *
   * @throws io.blockwork.io.FileException if the file cannot be written
   * @throws IllegalStateException if this Java cannot draw
   */
  public void writePng(Path path) {
    Objects.requireNonNull(path, "path");
    AtomicFile.write(path, Charts.reliability(this));
  }

  /** For people: {@code calibration error 2.31 %, at most 8.70 %}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "calibration error %.2f %%, at most %.2f %%",
        100 * expectedError(),
        100 * largestError());
  }
}
