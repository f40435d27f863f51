package io.blockwork.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The fields of a line of numbers: separated by commas, semicolons or tabs, quoted or not, in any
 * locale alike.
 *
 * @param separator between two fields
 */
record CsvFields(char separator) {
  private static final char QUOTE = '"';
  private static final char[] SEPARATORS = {',', ';', '\t'};

  /** What separates the most fields of a line. */
  static CsvFields of(String line) {
    CsvFields best = new CsvFields(',');
    for (char separator : SEPARATORS) {
      CsvFields other = new CsvFields(separator);
      if (other.split(line).size() > best.split(line).size()) {
        best = other;
      }
    }
    // German tables have 0,5;0,25: two separators as often, and the semicolon cannot be a number's.
    CsvFields semicolons = new CsvFields(';');
    return best.separator == ',' && semicolons.split(line).size() > 2 ? semicolons : best;
  }

  /** The fields without quotes and the spaces around them. */
  List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    int from = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == QUOTE) {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        fields.add(bare(line.substring(from, i)));
        from = i + 1;
      }
    }
    fields.add(bare(line.substring(from)));
    return fields;
  }

  private static String bare(String field) {
    String text = field.strip();
    int end = text.length() - 1;
    boolean quoted = end > 0 && text.charAt(0) == QUOTE && text.charAt(end) == QUOTE;
    return quoted ? text.substring(1, end).strip() : text;
  }

  /**
   * The number that a field holds, with a decimal point; between semicolons also with a comma.
   *
   * @throws NumberFormatException if it holds none
   */
  double number(String field) {
    String text = separator == ';' ? field.replace(',', '.') : field;
    // Java's own number literals may end in d and f.
    if (text.isEmpty() || Character.isLetter(text.charAt(text.length() - 1))) {
      throw new NumberFormatException("not a number");
    }
    return Double.parseDouble(text);
  }

  /** Whether a field holds a number. */
  boolean isNumber(String field) {
    try {
      return Double.isFinite(number(field));
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
