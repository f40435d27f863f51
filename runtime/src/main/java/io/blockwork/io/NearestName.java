package io.blockwork.io;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * The existing name that a wrong one most resembles, by edit distance (Levenshtein). A prefix that
 * is missing or one too many ({@code module.layer1} for {@code layer1}) counts as a change of a
 * quarter of the name.
 */
public final class NearestName {
  /**
   * Names from files may be long and many, and each comparison costs the product of two lengths.
   */
  private static final int LONGEST = 200;

  private static final int MOST = 5000;

  private NearestName() {}

  /** The nearest of the names, unless more than half of it would have to be changed. */
  public static Optional<String> of(String name, Collection<String> names) {
    if (name.length() > LONGEST) {
      return Optional.empty();
    }
    return names.stream()
        .limit(MOST)
        .filter(
            n -> isPrefixed(name, n) || 2 * Math.abs(n.length() - name.length()) <= name.length())
        .min(Comparator.comparingInt((String n) -> changes(name, n)))
        .filter(n -> isPrefixed(name, n) || 2 * distance(name, n) <= name.length());
  }

  /** {@code "; the nearest is conv1.weight"}; empty if none is near. */
  public static String suggestion(String name, Collection<String> names) {
    return of(name, names).map(n -> "; the nearest is " + SafeText.of(n)).orElse("");
  }

  private static int changes(String name, String candidate) {
    int distance = distance(name, candidate);
    return isPrefixed(name, candidate) ? Math.min(distance, 1 + name.length() / 4) : distance;
  }

  private static boolean isPrefixed(String a, String b) {
    return a.endsWith("." + b) || b.endsWith("." + a);
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
