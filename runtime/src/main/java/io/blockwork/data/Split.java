package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * A data set in two parts: one to train on, and one held out.
 *
 * @param train the larger part as a rule
 * @param heldOut what is kept for validation
 * @param <D> the kind of data set
 */
public record Split<D>(D train, D heldOut) {
  /** Checks that nothing is missing. */
  public Split {
    Objects.requireNonNull(train, "train");
    Objects.requireNonNull(heldOut, "heldOut");
  }

  /**
   * Holds out a share of every class (to the nearest item), chosen at random by the seed. Both
   * parts keep the items' order.
   *
   * @param fraction share to hold out, above 0 and below 1
   * @throws IllegalArgumentException if the fraction is not in between, or a part would be empty
   */
  public static Split<ImageDataset> stratified(ImageDataset data, double fraction, long seed) {
    return of(data, fraction, seed, ImageDataset::subset);
  }

  /**
   * Holds out a share of every class (to the nearest item), chosen at random by the seed. Both
   * parts keep the items' order.
   *
   * @param fraction share to hold out, above 0 and below 1
   * @throws IllegalArgumentException if the fraction is not in between, or a part would be empty
   */
  public static Split<Dataset> stratified(Dataset data, double fraction, long seed) {
    return of(data, fraction, seed, Dataset::subset);
  }

  private static <D extends Labelled> Split<D> of(
      D data, double fraction, long seed, BiFunction<D, int[], D> subset) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "the fraction to hold out must be between 0 and 1, got " + fraction);
    }
    Map<Integer, IntStream.Builder> classes = new TreeMap<>();
    for (int i = 0; i < data.size(); i++) {
      classes.computeIfAbsent(labelOrNone(data, i), label -> IntStream.builder()).add(i);
    }
    IntStream.Builder train = IntStream.builder();
    IntStream.Builder heldOut = IntStream.builder();
    classes.forEach(
        (label, builder) -> {
          int[] items = builder.build().toArray();
          Shuffle.shuffle(items, new CounterRandom(seed, label));
          int n = (int) Math.rint(fraction * items.length);
          Arrays.stream(items, 0, n).forEach(heldOut::add);
          Arrays.stream(items, n, items.length).forEach(train::add);
        });
    int[] trainItems = train.build().sorted().toArray();
    int[] heldOutItems = heldOut.build().sorted().toArray();
    if (trainItems.length == 0 || heldOutItems.length == 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "holding out %s of %d items in %d classes leaves %s; each class is divided by itself:"
                  + " take more items, or hold out %s",
              fraction,
              data.size(),
              classes.size(),
              heldOutItems.length == 0 ? "none to validate with" : "none to train with",
              heldOutItems.length == 0 ? "more of them" : "fewer of them"));
    }
    return new Split<>(subset.apply(data, trainItems), subset.apply(data, heldOutItems));
  }

  /** Damaged records are spread over both parts like a class of their own. */
  private static int labelOrNone(Labelled data, int index) {
    try {
      return data.label(index);
    } catch (DataException e) {
      return Labelled.UNLABELLED;
    }
  }
}
