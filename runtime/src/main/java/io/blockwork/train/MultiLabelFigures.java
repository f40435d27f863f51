package io.blockwork.train;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** How well classes are told that may be there together. A target above a half is there. */
final class MultiLabelFigures {
  private MultiLabelFigures() {}

  static double meanAveragePrecision(Outputs outputs) {
    return classes(outputs)
        .mapToDouble(c -> averagePrecision(outputs, c))
        .filter(precision -> !Double.isNaN(precision))
        .average()
        .orElse(Double.NaN);
  }

  /** Of one class; NaN if no image has it. Images with equal outputs share a threshold. */
  static double averagePrecision(Outputs outputs, int c) {
    List<Integer> order =
        IntStream.range(0, outputs.images())
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -outputs.output(i, c)))
            .toList();
    int all = (int) order.stream().filter(i -> isThere(outputs, i, c)).count();
    double sum = 0;
    int hits = 0;
    int hitsBefore = 0;
    for (int n = 1; n <= order.size(); n++) {
      hits += isThere(outputs, order.get(n - 1), c) ? 1 : 0;
      boolean last = n == order.size();
      if (last || outputs.output(order.get(n), c) < outputs.output(order.get(n - 1), c)) {
        sum += (double) (hits - hitsBefore) / all * hits / n;
        hitsBefore = hits;
      }
    }
    return all == 0 ? Double.NaN : sum;
  }

  static double macroF1(Outputs outputs) {
    return classes(outputs)
        .mapToObj(c -> Counts.of(outputs, IntStream.of(c)))
        .mapToDouble(Counts::f1)
        .average()
        .orElse(Double.NaN);
  }

  static double microF1(Outputs outputs) {
    return Counts.of(outputs, classes(outputs)).f1();
  }

  private static IntStream classes(Outputs outputs) {
    return IntStream.range(0, outputs.names().size());
  }

  private static boolean isThere(Outputs outputs, int image, int c) {
    return outputs.target(image, c) > 0.5;
  }

  /**
   * Answers for some classes.
   *
   * @param hits said to be there, and there
   * @param said to be there
   * @param there in truth
   */
  private record Counts(long hits, long said, long there) {
    static Counts of(Outputs outputs, IntStream classes) {
      long hits = 0;
      long said = 0;
      long there = 0;
      for (int c : classes.toArray()) {
        for (int i = 0; i < outputs.images(); i++) {
          boolean answer = outputs.output(i, c) > 0;
          boolean truth = isThere(outputs, i, c);
          hits += answer && truth ? 1 : 0;
          said += answer ? 1 : 0;
          there += truth ? 1 : 0;
        }
      }
      return new Counts(hits, said, there);
    }

    double f1() {
      return said + there == 0 ? 0 : 2.0 * hits / (said + there);
    }
  }
}
