package io.blockwork.io;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Texts for people, put together from parts that files and other systems have a say in: tensor
 * names, class names, file names, values.
 *
 * <p>Numbers are written alike under every default locale. Nothing in the parts can break a line,
 * move the cursor, colour a terminal or turn the direction of writing: such characters are shown as
 * Java would escape them.
 */
public final class SafeText {
  private static final int LONGEST_EXCERPT = 80;

  private SafeText() {}

  /**
   * Fills in a template as {@link String#format(Locale, String, Object...)} does with {@link
   * Locale#ROOT}. Every argument but numbers and booleans is made harmless first; line breaks of
   * the template stay.
   *
   * @param template ours, never a file's
   * @param args what goes into it; a message that another library has left out, too
   * @throws java.util.IllegalFormatException if the arguments do not fit the template
   */
  public static String format(String template, @Nullable Object... args) {
    Object[] safe = new Object[args.length];
    for (int i = 0; i < args.length; i++) {
      boolean harmless =
          args[i] instanceof Number || args[i] instanceof Boolean || args[i] instanceof Enum<?>;
      safe[i] = harmless ? args[i] : of(args[i]);
    }
    return String.format(Locale.ROOT, template, safe);
  }

  /**
   * The text of a value on one line, with what could do harm escaped: control characters, line and
   * paragraph separators, marks that change the direction of writing, halves of characters.
   *
   * @param value any; its {@code toString} is shown, as is that there is none
   */
  public static String of(@Nullable Object value) {
    String text = String.valueOf(value);
    int first = 0;
    while (first < text.length() && !isHarmful(text, first)) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      if (isHarmful(text, i)) {
        escape(text.charAt(i), shown);
      } else {
        shown.append(text.charAt(i));
      }
    }
    return shown.toString();
  }

  /** {@link #of}, cut after 80 characters: for values that could be of any length. */
  public static String excerpt(Object value) {
    String text = String.valueOf(value);
    return text.length() <= LONGEST_EXCERPT
        ? of(text)
        : of(text.substring(0, LONGEST_EXCERPT)) + "...";
  }

  private static boolean isHarmful(String text, int at) {
    char c = text.charAt(at);
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      case Character.SURROGATE -> !isPaired(text, at);
      default -> false;
    };
  }

  private static boolean isPaired(String text, int at) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }

  private static void escape(char c, StringBuilder shown) {
    switch (c) {
      case '\n' -> shown.append("\\n");
      case '\r' -> shown.append("\\r");
      case '\t' -> shown.append("\\t");
      default -> {
        shown.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          shown.append(Character.forDigit(c >> shift & 0xf, 16));
        }
      }
    }
  }
}
