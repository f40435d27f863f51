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
    int[] order = order(loader, size, random);
    return loader.repeats == 1
        ? new ItemOrder(order, new int[size])
        : counted(size, repeated(order, loader.repeats));
  }

  private static int[] order(DataLoader loader, int size, CounterRandom random) {
    if (loader.shuffleBuffer > 0) {
      return buffered(size, random, loader.shuffleBuffer, loader.parts);
    }
    return loader.shuffle ? Shuffle.permutation(size, random) : IntStream.range(0, size).toArray();
  }

  /** What comes out of a buffer that is filled part by part. */
  private static int[] buffered(int size, CounterRandom random, int buffer, int... parts) {
    int[] held = new int[Math.min(buffer, size)];
    int[] order = new int[size];
    int filled = 0;
    int out = 0;
    for (int part : Shuffle.permutation(parts.length, random)) {
      int end = part + 1 < parts.length ? parts[part + 1] : size;
      for (int item = parts[part]; item < end; item++) {
        if (filled < held.length) {
          held[filled++] = item;
        } else {
          int at = random.nextInt(filled);
          order[out++] = held[at];
          held[at] = item;
        }
      }
    }
    Shuffle.shuffle(held, random);
    System.arraycopy(held, 0, order, out, filled);
    return order;
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
