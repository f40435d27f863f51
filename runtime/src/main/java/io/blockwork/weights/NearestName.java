package io.blockwork.weights;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The existing name that a wrong one most resembles, by edit distance (Levenshtein). */
final class NearestName {
  private NearestName() {}

  /** The nearest of the names, unless more than half of it would have to be changed. */
  static Optional<String> of(String name, Collection<String> names) {
    return names.stream()
        .filter(n -> 2 * Math.abs(n.length() - name.length()) <= name.length())
        .min(Comparator.comparingInt(n -> distance(name, n)))
        .filter(n -> 2 * distance(name, n) <= name.length());
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
