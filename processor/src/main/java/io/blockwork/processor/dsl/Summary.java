package io.blockwork.processor.dsl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The first sentence of a documentation comment, as plain text. */
final class Summary {
  private static final Pattern END = Pattern.compile("\\. (?=\\p{Lu})");

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
    // A capital letter follows, which tells it from "et al. 2014".
    Matcher end = END.matcher(text);
    String first = end.find() ? text.substring(0, end.start()) : text;
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }
}
