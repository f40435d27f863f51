package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import io.blockwork.io.SafeText;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/** Counts which classes a classifier takes for which. */
public final class ConfusionMatrix implements Serializable {
  private static final long serialVersionUID = 1;

  private final List<String> classNames;
  private final long[][] counts;

  /**
   * An empty matrix.
   *
   * @param classNames the classes by label
   */
  public ConfusionMatrix(List<String> classNames) {
    Objects.requireNonNull(classNames, "classNames");
    this.classNames = List.copyOf(classNames);
    this.counts = new long[classNames.size()][classNames.size()];
  }

  /**
   * Counts one image.
   *
   * @throws IndexOutOfBoundsException if there is no such class
   */
  public void add(int actual, int predicted) {
    java.util.Objects.checkIndex(actual, counts.length);
    counts[actual][java.util.Objects.checkIndex(predicted, counts.length)]++;
  }

  /**
   * The counts of both.
   *
   * @throws IllegalArgumentException if the other has other classes
   */
  public ConfusionMatrix plus(ConfusionMatrix other) {
    if (!classNames.equals(other.classNames)) {
      throw new IllegalArgumentException(
          "confusion matrices of different classes cannot be added up");
    }
    ConfusionMatrix sum = new ConfusionMatrix(classNames);
    for (int actual = 0; actual < counts.length; actual++) {
      for (int predicted = 0; predicted < counts.length; predicted++) {
        sum.counts[actual][predicted] = counts[actual][predicted] + other.counts[actual][predicted];
      }
    }
    return sum;
  }

  /** The classes by label. */
  public List<String> classNames() {
    return classNames;
  }

  /** Images of one class that were taken for another, or for it. */
  public long count(int actual, int predicted) {
    return counts[actual][predicted];
  }

  /** Images counted. */
  public long total() {
    return Arrays.stream(counts).flatMapToLong(Arrays::stream).sum();
  }

  /** Part of all images that were taken for what they are; NaN if there are none. */
  public double accuracy() {
    long hits = IntStream.range(0, counts.length).mapToLong(c -> counts[c][c]).sum();
    return (double) hits / total();
  }

  /** Part of one class's images that were taken for it; NaN if there are none. */
  public double recall(int label) {
    return (double) counts[label][label] / Arrays.stream(counts[label]).sum();
  }

  /** Part of the images taken for a class that are of it; NaN if there are none. */
  public double precision(int label) {
    return (double) counts[label][label] / Arrays.stream(counts).mapToLong(row -> row[label]).sum();
  }

  /** The harmonic mean of precision and recall; 0 if both are, NaN without images of the class. */
  public double f1(int label) {
    long actual = Arrays.stream(counts[label]).sum();
    long taken = Arrays.stream(counts).mapToLong(row -> row[label]).sum();
    return actual == 0 ? Double.NaN : 2.0 * counts[label][label] / (actual + taken);
  }

  /** The mean of {@link #f1} over the classes that have images; NaN if there are none. */
  public double meanF1() {
    return IntStream.range(0, counts.length)
        .mapToDouble(this::f1)
        .filter(f1 -> !Double.isNaN(f1))
        .average()
        .orElse(Double.NaN);
  }

  /** A table of each class: precision, recall, F1, images; and the mean of F1. */
  public String classReport() {
    List<String> names = classNames.stream().map(SafeText::of).toList();
    int name = Math.max(7, names.stream().mapToInt(String::length).max().orElse(0));
    StringBuilder text = new StringBuilder(" ".repeat(name));
    text.append(" precision   recall       F1   images\n");
    for (int label = 0; label < counts.length; label++) {
      text.append(names.get(label)).append(" ".repeat(name - names.get(label).length()));
      text.append(
          String.format(
              Locale.ROOT,
              "  %s %s %s %8d%n",
              percent(precision(label)),
              percent(recall(label)),
              percent(f1(label)),
              Arrays.stream(counts[label]).sum()));
    }
    text.append(String.format(Locale.ROOT, "mean F1 %s%n", percent(meanF1()).strip()));
    return text.toString();
  }

  private static String percent(double part) {
    return Double.isNaN(part) ? "       -" : String.format(Locale.ROOT, "%6.1f %%", 100 * part);
  }

  /**
   * A table: a row for each actual class, a column for each predicted one, and each class's recall.
   */
  public String text() {
    List<String> names = classNames.stream().map(SafeText::of).toList();
    int name = names.stream().mapToInt(String::length).max().orElse(0);
    int column = 2 + Math.max(4, String.valueOf(total()).length());
    StringBuilder text = new StringBuilder("actual \\ predicted, recall\n");
    text.append(" ".repeat(name));
    names.forEach(n -> text.append(cell(n, column)));
    text.append('\n');
    for (int actual = 0; actual < counts.length; actual++) {
      text.append(names.get(actual)).append(" ".repeat(name - names.get(actual).length()));
      for (long count : counts[actual]) {
        text.append(cell(Long.toString(count), column));
      }
      text.append(String.format(Locale.ROOT, "  %5.1f %%%n", 100 * recall(actual)));
    }
    return text.toString();
  }

  private static String cell(String content, int width) {
    String cut = content.length() < width ? content : content.substring(0, width - 1);
    return " ".repeat(width - cut.length()) + cut;
  }

  /**
   * Draws the matrix: the darker a field, the larger its part of the row.
   *
   * @throws IllegalStateException if this Java has no fonts to draw with
   * @throws io.blockwork.io.FileException if the file cannot be written
   */
  public void writePng(Path path) {
    Objects.requireNonNull(path, "path");
    double[][] percent = new double[counts.length][counts.length];
    for (int actual = 0; actual < counts.length; actual++) {
      long row = Math.max(1, Arrays.stream(counts[actual]).sum());
      for (int predicted = 0; predicted < counts.length; predicted++) {
        percent[actual][predicted] = 100.0 * counts[actual][predicted] / row;
      }
    }
    AtomicFile.write(path, Charts.heatMap(classNames.stream().map(SafeText::of).toList(), percent));
  }

  @Override
  public String toString() {
    return text();
  }
}
