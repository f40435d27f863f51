package io.blockwork.processor.dsl;

import org.jspecify.annotations.Nullable;

/** The first sentence of a documentation comment, as plain text. */
final class Summary {
  private Summary() {}

  /** The sentence without its full stop; empty if there is none. */
  static String of(@Nullable String comment) {
    if (comment == null) {
      return "";
    }
    String text =
        comment
            .replaceAll("(?m)^\\s*@\\w+[\\s\\S]*", "")
            .replaceAll("\\{@\\w+\\s+([^}]*)\\}", "$1")
            .replaceAll("<[^>]*>", "")
            .replaceAll("\\s+", " ")
            .replace("*/", "* /")
            .strip();
    int end = text.indexOf(". ");
    String first = end < 0 ? text : text.substring(0, end);
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }
}
