package io.blockwork.data;

import java.util.random.RandomGenerator;

/** Random orders. */
final class Shuffle {
  private Shuffle() {}

  /** The numbers 0 to n - 1 in random order (Fisher and Yates). */
  static int[] permutation(int n, RandomGenerator random) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    shuffle(order, random);
    return order;
  }

  static void shuffle(int[] values, RandomGenerator random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }
}
