package io.blockwork.processor;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Orders names by how like a misspelt one they are. */
final class Nearest {
  private Nearest() {}

  /** The names, the fewest edits from {@code misspelt} first; equally near ones in their order. */
  static List<String> first(String misspelt, Collection<String> names) {
    record Scored(String name, int edits) {}
    return names.stream()
        .map(name -> new Scored(name, edits(misspelt, name)))
        .sorted(Comparator.comparingInt(Scored::edits))
        .map(Scored::name)
        .toList();
  }

  /** Levenshtein's distance: characters to insert, delete or change. */
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
