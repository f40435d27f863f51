package io.blockwork.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which items an epoch reads, one after the other.
 *
 * @param items indices in the data set
 * @param copies how often the epoch has read the item before, for each; copies have chance of their
 *     own
 */
record ItemOrder(int[] items, int[] copies) {
  static ItemOrder of(DataLoader loader, int epoch) {
    // The order has a stream of its own, apart from the items' and the batches'.
    CounterRandom random = new CounterRandom(loader.seed, epoch);
    int size = loader.data.size();
    if (loader.weights.length > 0) {
      return counted(size, drawn(size, random, loader.weights));
    }
    int[] order =
        loader.shuffle ? Shuffle.permutation(size, random) : IntStream.range(0, size).toArray();
    return loader.repeats == 1
        ? new ItemOrder(order, new int[size])
        : counted(size, repeated(order, loader.repeats));
  }

  /** As many items as before, so that later ones of the order are left out. */
  private static int[] repeated(int[] order, int repeats) {
    return IntStream.range(0, order.length).map(i -> order[i / repeats]).toArray();
  }

  /** With replacement: torch's WeightedRandomSampler. */
  private static int[] drawn(int size, CounterRandom random, double... weights) {
    double[] sums = weights.clone();
    Arrays.parallelPrefix(sums, Double::sum);
    int[] items = new int[size];
    for (int i = 0; i < size; i++) {
      double place = random.nextDouble() * sums[size - 1];
      int at = Arrays.binarySearch(sums, place);
      // The first item whose sum lies above; one of weight 0 never does.
      int item = at < 0 ? -at - 1 : at + 1;
      while (item < size - 1 && sums[item] <= place) {
        item++;
      }
      items[i] = Math.min(item, size - 1);
    }
    return items;
  }

  private static ItemOrder counted(int size, int... items) {
    int[] seen = new int[size];
    int[] copies = new int[items.length];
    for (int i = 0; i < items.length; i++) {
      copies[i] = seen[items[i]]++;
    }
    return new ItemOrder(items, copies);
  }
}
