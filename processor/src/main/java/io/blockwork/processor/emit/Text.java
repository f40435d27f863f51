package io.blockwork.processor.emit;

import io.blockwork.graph.Figures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/** Lays lines of code out. */
final class Text {
  private static final int WIDTH = 100;

  /** Stands between what keeps out of the columns. */
  private static final Collector<CharSequence, ?, String> GAPS = Collectors.joining("  ");

  /** Columns that stand before a statement in a method of a nested class. */
  static final int NESTED = 6;

  /** Columns that stand before a statement in a method of a top-level class. */
  static final int TOP = 4;

  private Text() {}

  /** {@code 1234567} as {@code 1,234,567}. */
  static String count(long n) {
    return Figures.grouped(n);
  }

  /** A string literal. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        quoted.append("\\u").append(Integer.toHexString(0x10000 | c).substring(1));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /** {@code 1234567} as a literal: {@code 1_234_567L}. */
  static String literal(long n) {
    return count(n).replace(',', '_') + "L";
  }

  /**
   * {@code head(a, b, c);}, with the arguments on lines of their own where one line is too narrow.
   */
  static String call(String head, List<String> args, int indent) {
    String line = head + "(" + String.join(", ", args) + ");";
    if (indent + line.length() <= WIDTH) {
      return line;
    }
    int assignment = head.indexOf(" = ");
    StringBuilder text = new StringBuilder();
    String open = head + "(";
    int deeper = 4;
    if (assignment > 0 && indent + 4 + line.length() - assignment - 3 <= WIDTH) {
      return head.substring(0, assignment + 2) + "\n    " + line.substring(assignment + 3);
    }
    text.append(open).append('\n');
    String current = "";
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i) + (i == args.size() - 1 ? ");" : ",");
      if (!current.isEmpty() && indent + deeper + current.length() + 1 + arg.length() > WIDTH) {
        text.append(" ".repeat(deeper)).append(current).append('\n');
        current = arg;
      } else {
        current = current.isEmpty() ? arg : current + " " + arg;
      }
    }
    return text.append(" ".repeat(deeper)).append(current).toString();
  }

  /** A text in lines that fit into the comment of a class. */
  static String wrapped(String text) {
    StringBuilder lines = new StringBuilder();
    int column = 0;
    for (String word : text.split(" ", -1)) {
      if (column > 0 && column + 1 + word.length() > 96) {
        lines.append('\n');
        column = 0;
      } else if (column > 0) {
        lines.append(' ');
        column++;
      }
      lines.append(word);
      column += word.length();
    }
    return lines.toString();
  }

  /** Statements with a comment each, the comments in one column. */
  static List<String> commented(List<String> statements, List<String> comments) {
    int width = 0;
    for (String statement : statements) {
      width = Math.max(width, statement.length());
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < statements.size(); i++) {
      String statement = statements.get(i);
      String comment = comments.get(i).stripTrailing();
      lines.add(
          comment.isEmpty()
              ? statement
              : statement + " ".repeat(width - statement.length()) + "  // " + comment);
    }
    return lines;
  }

  /**
   * Statements with comments of which the first column is the flow of values, {@code a, b -> c}.
   * Where lines would become too long, those with the longest flows keep out of the columns; where
   * that does not help, each flow stands above its statement.
   *
   * @param room columns that a line may take
   */
  static List<String> commented(List<String> statements, List<List<String>> comments, int room) {
    List<List<String>> rows = new ArrayList<>(comments);
    Map<Integer, String> loose = new HashMap<>();
    List<String> lines = commented(statements, columns(rows));
    while (lines.stream().anyMatch(line -> line.length() > room)) {
      int longest = longestFlow(rows);
      if (longest < 0) {
        return withFlowsAbove(statements, comments, room);
      }
      loose.put(longest, rows.get(longest).stream().filter(c -> !c.isEmpty()).collect(GAPS));
      rows.set(longest, List.of());
      List<String> notes = columns(rows);
      loose.forEach(notes::set);
      lines = commented(statements, notes);
      for (int row : loose.keySet()) {
        if (lines.get(row).length() > room) {
          lines.set(row, statements.get(row) + "  // " + notes.get(row));
        }
      }
    }
    return lines;
  }

  private static List<String> withFlowsAbove(
      List<String> statements, List<List<String>> comments, int room) {
    List<List<String>> notes =
        comments.stream().map(row -> row.subList(Math.min(1, row.size()), row.size())).toList();
    List<String> lines = commented(statements, columns(notes));
    List<String> all = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      all.addAll(comment(comments.get(i).get(0), room));
      all.add(lines.get(i));
    }
    return all;
  }

  private static int longestFlow(List<List<String>> rows) {
    int longest = -1;
    int length = -1;
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = rows.get(i);
      if (!row.isEmpty() && row.get(0).length() > length) {
        longest = i;
        length = row.get(0).length();
      }
    }
    return longest;
  }

  /** A comment on lines of its own. */
  private static List<String> comment(String text, int room) {
    List<String> lines = new ArrayList<>();
    String line = "//";
    for (String word : text.split(" ", -1)) {
      if (line.length() > 2 && line.length() + 1 + word.length() > room) {
        lines.add(line);
        line = "//   ";
      }
      line += " " + word;
    }
    lines.add(line);
    return lines;
  }

  /** Rows of columns, each column as wide as its widest entry; all but the last are padded. */
  static List<String> columns(List<List<String>> rows) {
    List<String> lines = new ArrayList<>();
    int columns = 0;
    for (List<String> row : rows) {
      columns = Math.max(columns, row.size());
    }
    int[] width = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < row.size(); c++) {
        width[c] = Math.max(width[c], row.get(c).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < row.size(); c++) {
        // A column without entries takes no room.
        int gap = width[c] == 0 ? 0 : 3;
        line.append(row.get(c)).append(" ".repeat(width[c] - row.get(c).length() + gap));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
