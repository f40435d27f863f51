package io.blockwork.data;

import java.util.Arrays;

/** Weights against classes of unequal size. */
public final class Balance {
  private Balance() {}

  /**
   * A weight for each class, for a loss: {@code items / (classes * items of the class)}, as
   * scikit-learn's "balanced"; 0 for a class without items.
   *
   * @throws IllegalArgumentException if an item has no label of one of the classes
   */
  public static double[] classWeights(Labelled data) {
    int[] counts = counts(data);
    return Arrays.stream(counts)
        .mapToDouble(n -> n == 0 ? 0 : (double) data.size() / ((double) counts.length * n))
        .toArray();
  }

  /**
   * A weight for each item, for {@link DataLoader.Builder#weights}: one over the items of its
   * class, so that each class is drawn as often as every other.
   *
   * @throws IllegalArgumentException if an item has no label of one of the classes
   */
  public static double[] itemWeights(Labelled data) {
    int[] counts = counts(data);
    double[] weights = new double[data.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 1.0 / counts[data.label(i)];
    }
    return weights;
  }

  private static int[] counts(Labelled data) {
    int[] counts = new int[data.classNames().size()];
    for (int i = 0; i < data.size(); i++) {
      int label = data.label(i);
      if (label < 0 || label >= counts.length) {
        throw new IllegalArgumentException(
            io.blockwork.io.SafeText.format(
                "%s has label %d, but there are %d classes",
                data.describe(i), label, counts.length));
      }
      counts[label]++;
    }
    return counts;
  }
}
