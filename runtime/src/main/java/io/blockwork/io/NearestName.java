package io.blockwork.io;

import java.util.Collection;
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
    Optional<String> nearest = Optional.empty();
    int least = name.length() / 2 + 1;
    int seen = 0;
    int[] row = new int[0];
    for (String candidate : names) {
      if (++seen > MOST) {
        break;
      }
      boolean prefixed = isPrefixed(name, candidate) || isPrefixed(candidate, name);
      if (!prefixed && 2 * Math.abs(candidate.length() - name.length()) > name.length()) {
        continue;
      }
      if (row.length <= candidate.length()) {
        row = new int[2 * candidate.length() + 1];
      }
      int changes = distance(name, candidate, row);
      if (prefixed) {
        changes = Math.min(changes, 1 + name.length() / 4);
      }
      if (changes < least || prefixed && nearest.isEmpty()) {
        nearest = Optional.of(candidate);
        least = changes;
      }
    }
    return nearest;
  }

  /** {@code "; the nearest is conv1.weight"}; empty if none is near. */
  public static String suggestion(String name, Collection<String> names) {
    return of(name, names).map(n -> "; the nearest is " + SafeText.of(n)).orElse("");
  }

  /**
   * Whether the long name is a prefix, a dot and the short one; without making a string of them.
   */
  private static boolean isPrefixed(String longer, String shorter) {
    int dot = longer.length() - shorter.length() - 1;
    return dot >= 0 && longer.charAt(dot) == '.' && longer.endsWith(shorter);
  }

  /**
   * Levenshtein's.
   *
   * @param row longer than {@code b}; what it holds does not matter
   */
  private static int distance(String a, String b, int... row) {
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
