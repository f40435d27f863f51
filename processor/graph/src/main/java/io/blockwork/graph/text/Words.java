package io.blockwork.graph.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers and texts as words without spaces, and back. The words do not depend on the version of
 * Java, as {@link Double#toString} does.
 */
final class Words {
  /** So many decimal digits tell all doubles apart. */
  private static final int MOST_DIGITS = 17;

  private static final int USUAL_DIGITS = 15;
  private static final long EXACT = 1L << 53;

  private Words() {}

  /** The decimal number of the fewest digits, from 15 on, that is read as this one. */
  static String real(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < EXACT;
    if (whole && !(value == 0 && 1 / value < 0)) {
      return Long.toString((long) value);
    } else if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = USUAL_DIGITS; digits < MOST_DIGITS; digits++) {
      String shorter = exact.round(new MathContext(digits)).stripTrailingZeros().toString();
      if (Double.parseDouble(shorter) == value) {
        return shorter;
      }
    }
    return exact.round(new MathContext(MOST_DIGITS)).toString();
  }

  static boolean flag(String word) {
    if (!word.equals("true") && !word.equals("false")) {
      throw new IllegalArgumentException("expected true or false");
    }
    return word.equals("true");
  }

  /** A text as it is, if it is a plain word, else in quotation marks. */
  static String text(String text) {
    boolean plain = !text.isEmpty();
    for (int i = 0; i < text.length(); i++) {
      plain &= isPlain(text.charAt(i));
    }
    if (plain) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        quoted.append(c);
      } else {
        quoted.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          quoted.append(Character.forDigit(c >> shift & 0xf, 16));
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isPlain(char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '=' && c != ',';
  }

  /** The text that {@link #text} wrote. */
  static String unquote(String word) {
    if (!word.startsWith("\"")) {
      return word;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < word.length() - 1; i++) {
      char c = word.charAt(i);
      if (c == '\\' && word.charAt(i + 1) == 'u') {
        text.append((char) Integer.parseInt(word.substring(i + 2, i + 6), 16));
        i += 5;
      } else {
        text.append(c == '\\' ? word.charAt(++i) : c);
      }
    }
    return text.toString();
  }

  /**
   * The parts of a text between separators; one within quotation marks parts none.
   *
   * @throws IllegalArgumentException if a quotation does not end
   */
  static List<String> split(String line, char separator) {
    List<String> words = new ArrayList<>();
    int from = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        words.add(line.substring(from, i));
        from = i + 1;
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("a quotation does not end");
    }
    words.add(line.substring(from));
    return words;
  }
}
