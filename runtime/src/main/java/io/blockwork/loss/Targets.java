package io.blockwork.loss;

import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a classifier is to say of some images: one class each, or a number for each class. */
final class Targets {
  /** A number for each class; or, with one column, the class indices. */
  private final double[][] rows;

  private final boolean indices;

  private Targets(double[][] rows, boolean indices) {
    this.rows = rows;
    this.indices = indices;
  }

  static Targets ofClasses(int[] labels) {
    double[][] rows = new double[labels.length][];
    for (int i = 0; i < labels.length; i++) {
      rows[i] = new double[] {labels[i]};
    }
    return new Targets(rows, true);
  }

  /**
   * @param labels class indices {@code [N]} of any number type, or numbers {@code [N, classes]} of
   *     at least 0
   * @throws IllegalArgumentException if the array has another rank, or values that are not valid
   */
  static Targets of(INDArray labels) {
    if (labels.rank() != 1 && labels.rank() != 2) {
      throw new ShapeMismatchException(
          "labels: expected class indices [N] or probabilities [N, classes], got shape "
              + Arrays.toString(labels.shape()));
    }
    boolean indices = labels.rank() == 1;
    INDArray values = labels.castTo(DataType.DOUBLE).dup('c');
    double[][] rows =
        values.reshape('c', labels.size(0), indices ? 1 : labels.size(1)).toDoubleMatrix();
    for (int i = 0; i < rows.length; i++) {
      for (double v : rows[i]) {
        if (!Double.isFinite(v) || indices && v != Math.rint(v) || !indices && v < 0) {
          throw new IllegalArgumentException(
              SafeText.format(
                  "label of image %d: expected %s, got %s",
                  i, indices ? "a class index" : "a probability", v));
        }
      }
    }
    return new Targets(rows, indices);
  }

  /** Whether they are class indices. */
  boolean areIndices() {
    return indices;
  }

  /**
   * @throws IllegalArgumentException if a number is above 1
   */
  Targets requireProbabilities() {
    for (int i = 0; !indices && i < rows.length; i++) {
      for (double v : rows[i]) {
        if (v > 1) {
          throw new IllegalArgumentException(
              SafeText.format("label of image %d: expected a probability, got %s", i, v));
        }
      }
    }
    return this;
  }

  /** The class of an image, of class indices. */
  int index(int image) {
    return (int) rows[image][0];
  }

  /** What is wanted of a class: 1 or 0 where they are class indices. */
  double get(int image, int c) {
    return indices ? (c == index(image) ? 1 : 0) : rows[image][c];
  }

  /** The sum over the classes. */
  double mass(int image) {
    return indices ? 1 : Arrays.stream(rows[image]).sum();
  }

  /**
   * Checks that they fit an output.
   *
   * @param loss its name
   * @throws IllegalArgumentException if they do not
   */
  void check(String loss, long... outputShape) {
    if (outputShape.length != 2) {
      throw new ShapeMismatchException(
          loss + ": expected an output [N, classes], got shape " + Arrays.toString(outputShape));
    }
    int n = (int) outputShape[0];
    int classes = (int) outputShape[1];
    if (rows.length != n) {
      throw new IllegalArgumentException(
          SafeText.format("labels: expected %d, one for each image, got %d", n, rows.length));
    }
    for (int i = 0; i < n; i++) {
      if (indices && (rows[i][0] < 0 || rows[i][0] >= classes)) {
        throw new IllegalArgumentException(
            SafeText.format(
                "label of image %d: expected a class from 0 to %d, got %d",
                i, classes - 1, (long) rows[i][0]));
      }
      if (!indices && rows[i].length != classes) {
        throw new ShapeMismatchException(
            SafeText.format(
                "labels: expected probabilities [%d, %d], got [%d, %d]",
                n, classes, n, rows[i].length));
      }
    }
  }

  static double requireSmoothing(double smoothing) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException("label smoothing: expected 0 to 1, got " + smoothing);
    }
    return smoothing;
  }
}
