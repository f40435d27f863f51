package io.blockwork.graph.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields of a line, {@code name=word}, each of which is read once. */
final class Fields {
  private final Map<String, String> words = new HashMap<>();

  /**
   * Takes them from words.
   *
   * @throws IllegalArgumentException if one is no field
   */
  Fields(List<String> fields) {
    for (String field : fields) {
      int equal = field.indexOf('=');
      if (equal < 1 || equal == field.length() - 1) {
        throw new IllegalArgumentException("expected name=value, got " + Words.text(field));
      }
      words.put(field.substring(0, equal), field.substring(equal + 1));
    }
  }

  /** The word of a field, if it is there. */
  Optional<String> find(String name) {
    return Optional.ofNullable(words.remove(name));
  }

  /**
   * The word of a field.
   *
   * @throws IllegalArgumentException if it is not there
   */
  String word(String name) {
    return find(name).orElseThrow(() -> missing(name));
  }

  static IllegalArgumentException missing(String name) {
    return new IllegalArgumentException("expected " + name + "=value");
  }

  int number(String name) {
    return Integer.parseInt(word(name));
  }

  String text(String name) {
    return Words.unquote(word(name));
  }

  /**
   * Whatever is left has no meaning.
   *
   * @throws IllegalArgumentException if something is left
   */
  void requireRead() {
    if (!words.isEmpty()) {
      throw new IllegalArgumentException("nothing is called " + words.keySet());
    }
  }
}
