package io.blockwork;

import io.blockwork.engine.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Softmax cross entropy, averaged over the images, computed in double whatever the network's type.
 */
final class SoftmaxCrossEntropy implements Loss {
  /** One row of class probabilities for each image; or, with one column, the class indices. */
  private final double[][] labels;

  private final boolean indices;
  private final double smoothing;

  private SoftmaxCrossEntropy(double[][] labels, boolean indices, double smoothing) {
    this.labels = labels;
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
              "label of image %d: expected %s, got %s"
                  .formatted(i, indices ? "a class index" : "a probability", v));
        }
      }
    }
    return new SoftmaxCrossEntropy(rows, indices, 0);
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    int n = (int) output.size(0);
    double[][] logits = output.castTo(DataType.DOUBLE).toDoubleMatrix();
    double loss = 0;
    for (int i = 0; i < n; i++) {
      loss += row(logits[i], labels[i], n);
    }
    outputGradient.assign(Nd4j.createFromArray(logits).castTo(outputGradient.dataType()));
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
          "labels: expected %d, one for each image, got %d".formatted(n, labels.length));
    }
    for (int i = 0; i < n; i++) {
      if (indices && (labels[i][0] < 0 || labels[i][0] >= classes)) {
        throw new IllegalArgumentException(
            "label of image %d: expected a class from 0 to %d, got %d"
                .formatted(i, classes - 1, (long) labels[i][0]));
      }
      if (!indices && labels[i].length != classes) {
        throw new ShapeMismatchException(
            "labels: expected probabilities [%d, %d], got [%d, %d]"
                .formatted(n, classes, n, labels[i].length));
      }
    }
  }

  /** The loss of one image; turns its logits into their gradient. */
  private double row(double[] logits, double[] label, int n) {
    double max = Arrays.stream(logits).max().orElseThrow();
    double sum = 0;
    for (double z : logits) {
      sum += Math.exp(z - max);
    }
    double log = max + Math.log(sum);
    double loss = 0;
    double mass = indices ? 1 : (1 - smoothing) * Arrays.stream(label).sum() + smoothing;
    for (int c = 0; c < logits.length; c++) {
      double sharp = indices ? (c == (int) label[0] ? 1 : 0) : label[c];
      double target = (1 - smoothing) * sharp + smoothing / logits.length;
      loss += target == 0 ? 0 : target * (log - logits[c]);
      // Probabilities need not sum to one: the gradient is that of the formula as it stands.
      logits[c] = (mass * Math.exp(logits[c] - log) - target) / n;
    }
    return loss;
  }
}
