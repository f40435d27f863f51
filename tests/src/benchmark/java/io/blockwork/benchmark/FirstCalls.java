package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.examples.networks.ResNet20;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The first call with a batch of a new size beside later ones, and the slowest of those in between,
 * in networks that have run batches of another size, and in a process that has done the same
 * before.
 *
 * <p>Arguments: a network ({@code resnet20} is the small one for 32 x 32 pixels), how many networks
 * are measured, how many go before to warm up, and the sizes; that is {@code resnet20 40 30
 * 1,2,4,8,16,32}. A fifth one, {@code background}, is for {@link
 * NetworkOptions#bindInBackground(boolean)}, with a plan for each size.
 */
final class FirstCalls {
  /** The size that a network has run before. */
  private static final int OTHER = 3;

  private static final int OTHER_CALLS = 20;

  /** Calls after which a size has a plan of its own, however it is bound; or this time after. */
  private static final int CALLS_BETWEEN = 60;

  private static final double MILLISECONDS_BETWEEN = 2_000;

  private static final int LATER_CALLS = 7;

  /** Milliseconds of one size, of each network. */
  private record Times(
      List<Double> first, List<Double> between, List<Double> later, List<Double> ratio) {
    Times() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    void add(double firstCall, double slowestBetween, double laterCall) {
      first.add(firstCall);
      between.add(slowestBetween);
      later.add(laterCall);
      ratio.add(firstCall / laterCall);
    }
  }

  private FirstCalls() {}

  /** Prints a line for each size. */
  public static void main(String[] arguments) {
    boolean background = arguments.length == 5 && arguments[4].equals("background");
    if (arguments.length != 4 && !background) {
      throw new IllegalArgumentException(
          "expected a network, two numbers of networks, sizes, and perhaps \"background\", as in:"
              + " resnet20 40 30 1,2,4");
    }
    boolean small = arguments[0].equals("resnet20");
    Class<? extends ImageClassifier> type =
        small ? ResNet20.class : Subject.of(arguments[0]).type();
    int values = small ? 3 * 32 * 32 : (int) length(Subject.of(arguments[0]).images(1));
    int measured = Integer.parseInt(arguments[1]);
    int before = Integer.parseInt(arguments[2]);
    List<Integer> sizes = Arrays.stream(arguments[3].split(",")).map(Integer::valueOf).toList();
    Map<Integer, Times> times = new TreeMap<>();
    sizes.forEach(size -> times.put(size, new Times()));
    NetworkOptions options =
        background
            ? NetworkOptions.defaults().bindInBackground(true).inferencePlans(sizes.size() + 2)
            : NetworkOptions.defaults();
    Random random = new Random(1);
    for (int i = 0; i < before + measured; i++) {
      measure(type, options, values, sizes, random, i < before ? Map.of() : times);
    }
    times.forEach(
        (size, of) ->
            System.out.println(
                String.format(
                    Locale.ROOT,
                    "batch %3d: first call %8.2f ms, slowest of the next %8.2f ms, a later one %8.2f"
                        + " ms; first to later %.2f",
                    size,
                    median(of.first()),
                    median(of.between()),
                    median(of.later()),
                    median(of.ratio()))));
  }

  private static long length(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  private record Batch(int size, float[] images) {}

  /** Measures all sizes in one new network, in some order. */
  private static void measure(
      Class<? extends ImageClassifier> type,
      NetworkOptions options,
      int values,
      List<Integer> sizes,
      Random random,
      Map<Integer, Times> times) {
    // Made before anything is measured: threads that wait for long fall asleep.
    List<Batch> order = new ArrayList<>();
    sizes.forEach(size -> order.add(new Batch(size, images(random, size * values))));
    Collections.shuffle(order, random);
    float[] other = images(random, OTHER * values);
    try (ImageClassifier net = Networks.create(type, options)) {
      for (Batch batch : order) {
        for (int i = 0; i < OTHER_CALLS; i++) {
          net.forward(other);
        }
        double first = milliseconds(net, batch.images());
        double between = 0;
        double sum = 0;
        for (int i = 0; i < CALLS_BETWEEN && sum < MILLISECONDS_BETWEEN; i++) {
          double call = milliseconds(net, batch.images());
          between = Math.max(between, call);
          sum += call;
        }
        List<Double> later = new ArrayList<>();
        for (int i = 0; i < LATER_CALLS; i++) {
          later.add(milliseconds(net, batch.images()));
        }
        Times of = times.get(batch.size());
        if (of != null) {
          of.add(first, between, median(later));
        }
      }
    }
  }

  private static float[] images(Random random, int length) {
    float[] images = new float[length];
    for (int i = 0; i < length; i++) {
      images[i] = random.nextFloat();
    }
    return images;
  }

  private static double milliseconds(ImageClassifier net, float[] images) {
    long start = System.nanoTime();
    net.forward(images);
    return (System.nanoTime() - start) * 1e-6;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
