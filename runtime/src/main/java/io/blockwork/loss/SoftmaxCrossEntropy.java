package io.blockwork.loss;

import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Softmax cross entropy, averaged over the images, computed in double whatever the network's type.
 */
final class SoftmaxCrossEntropy implements Loss {
  /** One row of class probabilities for each image; or, with one column, the class indices. */
  private final double[][] labels;

  /** The sum of each row. */
  private final double[] masses;

  private final boolean indices;
  private final double smoothing;

  private SoftmaxCrossEntropy(double[][] labels, boolean indices, double smoothing) {
    this.labels = labels;
    this.masses = Arrays.stream(labels).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    this.indices = indices;
    this.smoothing = smoothing;
  }

  /** The same labels, each mixed with equal probabilities for all classes. */
  SoftmaxCrossEntropy smoothed(double smoothing) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException("label smoothing: expected 0 to 1, got " + smoothing);
    }
    return new SoftmaxCrossEntropy(labels, indices, smoothing);
  }

  static Loss ofClasses(int[] labels) {
    double[][] rows = new double[labels.length][];
    for (int i = 0; i < labels.length; i++) {
      rows[i] = new double[] {labels[i]};
    }
    return new SoftmaxCrossEntropy(rows, true, 0);
  }

  static SoftmaxCrossEntropy of(INDArray labels) {
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
    return new SoftmaxCrossEntropy(rows, indices, 0);
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    int n = (int) output.size(0);
    Matrix logits = Matrix.of(output);
    Matrix gradient = Matrix.of(outputGradient);
    double loss = 0;
    for (int i = 0; i < n; i++) {
      loss += row(i, logits, gradient);
    }
    return loss / n;
  }

  @Override
  public void check(long... outputShape) {
    if (outputShape.length != 2) {
      throw new ShapeMismatchException(
          "softmax cross entropy: expected an output [N, classes], got shape "
              + Arrays.toString(outputShape));
    }
    int n = (int) outputShape[0];
    int classes = (int) outputShape[1];
    if (labels.length != n) {
      throw new IllegalArgumentException(
          SafeText.format("labels: expected %d, one for each image, got %d", n, labels.length));
    }
    for (int i = 0; i < n; i++) {
      if (indices && (labels[i][0] < 0 || labels[i][0] >= classes)) {
        throw new IllegalArgumentException(
            SafeText.format(
                "label of image %d: expected a class from 0 to %d, got %d",
                i, classes - 1, (long) labels[i][0]));
      }
      if (!indices && labels[i].length != classes) {
        throw new ShapeMismatchException(
            SafeText.format(
                "labels: expected probabilities [%d, %d], got [%d, %d]",
                n, classes, n, labels[i].length));
      }
    }
  }

  /** The loss of one image; writes the gradient of its logits. */
  private double row(int i, Matrix logits, Matrix gradient) {
    int classes = logits.columns();
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      max = Math.max(max, logits.get(i, c));
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits.get(i, c) - max);
    }
    double log = max + Math.log(sum);
    double[] label = labels[i];
    double mass = indices ? 1 : (1 - smoothing) * masses[i] + smoothing;
    double loss = 0;
    for (int c = 0; c < classes; c++) {
      double logit = logits.get(i, c);
      double sharp = indices ? (c == (int) label[0] ? 1 : 0) : label[c];
      double target = (1 - smoothing) * sharp + smoothing / classes;
      loss += target == 0 ? 0 : target * (log - logit);
      // Probabilities need not sum to one: the gradient is that of the formula as it stands.
      gradient.put(i, c, (mass * Math.exp(logit - log) - target) / logits.rows());
    }
    return loss;
  }

  /** A matrix of any type and strides, read and written in place: ND4J's own copies are garbage. */
  private record Matrix(
      DataBuffer data, long offset, long rowStride, long columnStride, int rows, int columns) {
    static Matrix of(INDArray array) {
      return new Matrix(
          array.data(),
          array.offset(),
          array.stride(0),
          array.stride(1),
          (int) array.size(0),
          (int) array.size(1));
    }

    double get(int row, int column) {
      return data.getDouble(offset + row * rowStride + column * columnStride);
    }

    void put(int row, int column, double value) {
      data.put(offset + row * rowStride + column * columnStride, value);
    }
  }
}
