package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The settings in which two training runs differ. They are told as {@link Trainer#settings} writes
 * them: the network, the updater, and then phrases such as {@code batches of 32}.
 */
final class SettingsDifference {
  private static final List<String> FIRST = List.of("network", "updater");

  private SettingsDifference() {}

  /**
   * A line for each setting that differs, after a new line.
   *
   * @param there settings of the run that wrote a checkpoint
   * @param here settings of the run that would go on from it
   */
  static String between(String there, String here) {
    List<String> theirs = split(there);
    List<String> own = split(here);
    StringBuilder text = new StringBuilder();
    for (String name : FIRST) {
      String a = theirs.isEmpty() ? "" : theirs.remove(0);
      String b = own.isEmpty() ? "" : own.remove(0);
      if (!a.equals(b)) {
        line(text, name + ": " + a + " there, " + b + " here");
      }
    }
    List<String> common = new ArrayList<>(theirs);
    common.retainAll(own);
    theirs.removeAll(common);
    own.removeAll(common);
    for (String a : theirs) {
      Optional<String> counterpart = first(own, b -> kind(b).equals(kind(a)));
      counterpart.ifPresent(own::remove);
      line(text, a + " there, " + counterpart.map(b -> b + " here").orElse("not here"));
    }
    own.forEach(b -> line(text, b + " here, not there"));
    return text.toString();
  }

  private static Optional<String> first(List<String> settings, Predicate<String> which) {
    return settings.stream().filter(which).findFirst();
  }

  private static void line(StringBuilder text, String what) {
    text.append("\n  ").append(SafeText.of(what));
  }

  /** A setting without its numbers: what it is about. */
  private static String kind(String setting) {
    return setting.replaceAll("[-+]?\\d[\\w.+-]*", "#");
  }

  /** Commas and semicolons part settings, but for those within brackets. */
  private static List<String> split(String settings) {
    List<String> all = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < settings.length(); i++) {
      char c = settings.charAt(i);
      if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      } else if ((c == ',' || c == ';') && depth == 0) {
        all.add(settings.substring(begin, i).strip());
        begin = i + 1;
      }
    }
    all.add(settings.substring(begin).strip());
    return all;
  }
}
