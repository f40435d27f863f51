package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.util.List;
import java.util.stream.IntStream;

/** Checks and names of labels. */
final class Labels {
  private Labels() {}

  /** A copy of the labels, if there are as many as items and each has a class. */
  static int[] check(int[] labels, int items, int classes) {
    if (labels.length != items) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected one label for each of the %d images, got %d labels", items, labels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            SafeText.format(
                "label %d of item %d is not one of the %d classes", labels[i], i, classes));
      }
    }
    return labels.clone();
  }

  /** "0", "1", ... for classes that have no other names. */
  static List<String> numbered(int classes) {
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }
}
