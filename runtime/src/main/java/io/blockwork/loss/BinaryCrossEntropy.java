package io.blockwork.loss;

import java.util.OptionalDouble;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Binary cross entropy of the sigmoid of each output, computed in double whatever the network's
 * type: for images of several classes at once, and for classifiers as in timm's A1 to A3 recipes
 * (Wightman, Touvron and Jegou, 2021), whose loss takes each class by itself.
 *
 * <pre>{@code
 * BinaryCrossEntropy.of(batch.targets()).smoothed(0.1).thresholded(0.2)
 * }</pre>
 */
public final class BinaryCrossEntropy implements Loss {
  private final Targets targets;
  private final double smoothing;
  private final OptionalDouble threshold;
  private final boolean summed;

  private BinaryCrossEntropy(
      Targets targets, double smoothing, OptionalDouble threshold, boolean summed) {
    this.targets = targets;
    this.smoothing = Targets.requireSmoothing(smoothing);
    this.threshold = threshold;
    this.summed = summed;
  }

  /**
   * The mean over all images and classes, as torch's {@code BCEWithLogitsLoss}.
   *
   * @param labels class indices {@code [N]}, of any number type, or for each class how far it is
   *     there, 0 to 1, {@code [N, classes]}: mixed or smoothed labels, or those of several classes
   * @throws IllegalArgumentException if the array has another rank, or values that are not valid
   */
  public static BinaryCrossEntropy of(INDArray labels) {
    return new BinaryCrossEntropy(
        Targets.of(labels).requireProbabilities(), 0, OptionalDouble.empty(), false);
  }

  /**
   * The same with smoothed labels, {@code (1 - smoothing) * label + smoothing / classes}, as timm
   * smooths classes and mixed classes.
   *
   * @throws IllegalArgumentException if the smoothing is not within 0 and 1
   */
  public BinaryCrossEntropy smoothed(double smoothing) {
    return new BinaryCrossEntropy(targets, smoothing, threshold, summed);
  }

  /**
   * The same with a 1 for every label above a threshold, after smoothing, and a 0 for others: of a
   * mixed image, both classes are wholly there.
   */
  public BinaryCrossEntropy thresholded(double threshold) {
    return new BinaryCrossEntropy(targets, smoothing, OptionalDouble.of(threshold), summed);
  }

  /** The same, summed over the classes, and the mean over the images alone. */
  public BinaryCrossEntropy summedOverClasses() {
    return new BinaryCrossEntropy(targets, smoothing, threshold, true);
  }

  @Override
  public void check(long... outputShape) {
    targets.check("binary cross entropy", outputShape);
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    Matrix logits = Matrix.of(output);
    Matrix gradient = Matrix.of(outputGradient);
    double count = summed ? logits.rows() : (double) logits.rows() * logits.columns();
    double loss = 0;
    for (int i = 0; i < logits.rows(); i++) {
      for (int c = 0; c < logits.columns(); c++) {
        double x = logits.get(i, c);
        double target = target(i, c, logits.columns());
        loss += crossEntropy(x, target);
        gradient.put(i, c, (sigmoid(x) - target) / count);
      }
    }
    return loss / count;
  }

  private double target(int i, int c, int classes) {
    double smoothed = (1 - smoothing) * targets.get(i, c) + smoothing / classes;
    return threshold.isPresent() ? (smoothed > threshold.getAsDouble() ? 1 : 0) : smoothed;
  }

  /** Without overflow for large outputs of either sign. */
  static double crossEntropy(double x, double target) {
    return Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x)));
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
