package io.blockwork.processor.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What a misspelt name was probably meant to be. */
public final class Nearest {
  private Nearest() {}

  /** Whether no more than half of the word would have to be changed, or one holds the other. */
  public static boolean isNear(String word, String candidate) {
    return 2 * distance(word, candidate) <= word.length()
        || candidate.endsWith("." + word)
        || word.endsWith("." + candidate);
  }

  /** The candidates, those that take the fewest changes of a letter first; equals by name. */
  public static List<String> order(String word, Collection<String> candidates) {
    return candidates.stream()
        .sorted(
            Comparator.comparingInt((String c) -> changes(word, c))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /**
   * What to write instead of a name that is not there.
   *
   * @param word the name
   * @param nearest what there is, as {@link #order} gives it; not empty
   */
  public static String remedy(String word, List<String> nearest) {
    return isNear(word, nearest.get(0)) ? "write " + nearest.get(0) : "write one of these names";
  }

  /** A prefix that is missing, or one too many, counts as a quarter of the word. */
  private static int changes(String word, String candidate) {
    int distance = distance(word, candidate);
    return candidate.endsWith("." + word) || word.endsWith("." + candidate)
        ? Math.min(distance, 1 + word.length() / 4)
        : distance;
  }

  /** Levenshtein's distance: letters to insert, delete or replace. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
