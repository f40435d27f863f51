package io.blockwork.image;

import io.blockwork.io.SafeText;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** From a classifier's logits to ranked, named answers. */
public final class Classification {
  private Classification() {}

  /**
   * Names what is in the images.
   *
   * @param network from {@code [N, 3, H, W]} to logits {@code [N, classes]}: a network's {@code
   *     forward}
   * @param preprocessing what the network's weights expect
   * @param classNames by class index
   * @return for each image all classes, the likeliest first
   * @throws IllegalArgumentException if the number of names is not that of the logits
   */
  public static List<List<Prediction>> classify(
      UnaryOperator<INDArray> network,
      Preprocessing preprocessing,
      List<String> classNames,
      BufferedImage... images) {
    Objects.requireNonNull(images, "images");
    INDArray input = preprocessing.apply(images);
    return rank(network.apply(input), classNames, classNames.size());
  }

  /**
   * The likeliest classes of each row.
   *
   * @param logits {@code [N, classes]}, before softmax
   * @param classNames by class index
   * @param top how many to list, at least 1; no more than there are classes are given
   * @return a list for each row, the likeliest first; of equal ones the lower index
   * @throws IllegalArgumentException if the number of names is not that of the logits
   */
  public static List<List<Prediction>> rank(INDArray logits, List<String> classNames, int top) {
    if (logits.rank() != 2 || logits.size(1) != classNames.size()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected one class name for each column of logits %s, got %d names",
              java.util.Arrays.toString(logits.shape()), classNames.size()));
    }
    List<List<Prediction>> rows = new ArrayList<>();
    for (double[] row : logits.toDoubleMatrix()) {
      rows.add(rank(row, classNames, top));
    }
    return rows;
  }

  /**
   * The likeliest classes of one image.
   *
   * @param logits one for each class, before softmax
   * @param classNames by class index
   * @param top how many to list, at least 1; no more than there are classes are given
   * @return the likeliest first; of equal ones the lower index
   * @throws IllegalArgumentException if the number of names is not that of the logits
   */
  public static List<Prediction> rank(float[] logits, List<String> classNames, int top) {
    return rank(widened(logits, classNames), classNames, top);
  }

  private static double[] widened(float[] logits, List<String> classNames) {
    if (logits.length != classNames.size()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected one class name for each of the %d logits, got %d names",
              logits.length, classNames.size()));
    }
    double[] row = new double[logits.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = logits[i];
    }
    return row;
  }

  private static List<Prediction> rank(double[] logits, List<String> classNames, int top) {
    if (top < 1) {
      throw new IllegalArgumentException("at least one class must be listed, got top = " + top);
    }
    return rankedBy(softmax(logits), classNames, top);
  }

  private static List<Prediction> rankedBy(
      double[] probabilities, List<String> classNames, int top) {
    return IntStream.range(0, probabilities.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -probabilities[i]))
        .limit(top)
        .map(i -> new Prediction(i, classNames.get(i), probabilities[i]))
        .toList();
  }

  /**
   * The classes of one image that may be there together, each with the sigmoid of its logit.
   *
   * @param logits one for each class
   * @param classNames by class index
   * @return all classes, the likeliest first; of equal ones the lower index
   * @throws IllegalArgumentException if the number of names is not that of the logits
   */
  public static List<Prediction> rankEach(float[] logits, List<String> classNames) {
    double[] probabilities = sigmoid(widened(logits, classNames));
    return rankedBy(probabilities, classNames, classNames.size());
  }

  /** {@code 1 / (1 + exp(-x))} of each. */
  public static double[] sigmoid(double... logits) {
    Objects.requireNonNull(logits, "logits");
    return java.util.Arrays.stream(logits).map(x -> 1 / (1 + Math.exp(-x))).toArray();
  }

  /** {@code exp(x) / sum(exp(x))}, safe for large logits. */
  public static double[] softmax(double... logits) {
    Objects.requireNonNull(logits, "logits");
    double max = java.util.Arrays.stream(logits).max().orElse(0);
    double[] result = java.util.Arrays.stream(logits).map(x -> Math.exp(x - max)).toArray();
    double sum = java.util.Arrays.stream(result).sum();
    for (int i = 0; i < result.length; i++) {
      result[i] /= sum;
    }
    return result;
  }
}
