package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Labels of one order of classes as labels of another. */
final class ClassNames {
  private ClassNames() {}

  /**
   * For each class of {@code from}, its number in {@code to}.
   *
   * @throws IllegalArgumentException if a class is not in {@code to}, or names are not unique
   */
  static int[] mapping(List<String> from, List<String> to) {
    Map<String, Integer> numbers = numbers(to);
    numbers(from);
    List<String> missing = new ArrayList<>(from);
    missing.removeAll(to);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%d classes of the data set are not among the %d given: %s",
              missing.size(), to.size(), excerpt(missing)));
    }
    return from.stream().mapToInt(name -> numbers.getOrDefault(name, -1)).toArray();
  }

  private static Map<String, Integer> numbers(List<String> names) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (String name : names) {
      if (numbers.put(name, numbers.size()) != null) {
        throw new IllegalArgumentException(
            SafeText.format("two classes are called %s, so names cannot tell them apart", name));
      }
    }
    return numbers;
  }

  private static String excerpt(List<String> names) {
    int shown = 5;
    String text = String.join(", ", names.subList(0, Math.min(shown, names.size())));
    return names.size() > shown ? text + ", ..." : text;
  }
}
