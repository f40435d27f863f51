package io.blockwork.processor.report;

import io.blockwork.graph.Node;
import java.util.Locale;

/** Text of HTML and SVG, and numbers as people read them. */
final class Markup {
  private final StringBuilder text = new StringBuilder();

  /** Appends markup as it is, with arguments as {@link String#format} takes them. */
  Markup add(String markup, Object... args) {
    text.append(args.length == 0 ? markup : String.format(Locale.ROOT, markup, args));
    return this;
  }

  /** A text element of SVG. */
  Markup label(double x, double y, String kind, String words) {
    return add("<text x=\"%s\" y=\"%s\" class=\"%s\">%s</text>", n(x), n(y), kind, escape(words));
  }

  /** A rectangle with round corners, and a title that shows on hovering. */
  Markup box(double x, double y, double w, double h, String kind, String title) {
    return add(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"4\" class=\"%s\"><title>%s</title></rect>",
        n(x), n(y), n(w), n(h), kind, escape(title));
  }

  /** A line or curve, in SVG's path commands. */
  Markup path(String kind, String commands) {
    return add("<path class=\"%s\" d=\"%s\"/>", kind, commands);
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** A coordinate, with one decimal at most. */
  static String n(double value) {
    String s = String.format(Locale.ROOT, "%.1f", value);
    return s.endsWith(".0") ? s.substring(0, s.length() - 2) : s;
  }

  static String escape(String words) {
    return words
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** What the node's operation is, with a proper sign between the sides of a window. */
  static String kind(Node node) {
    return node.op().description().kind().replaceAll("(\\d)x(\\d)", "$1×$2");
  }

  /** {@code 1234567} as {@code 1,234,567}. */
  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 25557032} as {@code 25.6 M}. */
  static String brief(long n) {
    if (n >= 1_000_000_000) {
      return String.format(Locale.ROOT, "%.2f G", n / 1e9);
    } else if (n >= 1_000_000) {
      return String.format(Locale.ROOT, "%.1f M", n / 1e6);
    } else if (n >= 10_000) {
      return String.format(Locale.ROOT, "%.1f k", n / 1e3);
    }
    return count(n);
  }

  /** Bytes of so many 32-bit values: {@code 102.2 MB}. */
  static String bytes(long values) {
    long bytes = 4 * values;
    if (bytes >= 100_000) {
      return String.format(Locale.ROOT, bytes < 10_000_000 ? "%.2f MB" : "%.1f MB", bytes / 1e6);
    }
    return bytes >= 1000 ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3) : bytes + " B";
  }

  /** {@code 102,228,128 bytes}. */
  static String exactBytes(long values) {
    return count(4 * values) + " bytes";
  }

  /** About how wide a browser without our fonts draws the text, rather more than less. */
  static double width(String text, double size, boolean bold) {
    double ems = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      ems +=
          "iljt.,:;'|!() ".indexOf(c) >= 0
              ? 0.36
              : "mwMW×%@".indexOf(c) >= 0 ? 0.88 : Character.isUpperCase(c) ? 0.7 : 0.6;
    }
    return ems * size * (bold ? 1.06 : 1);
  }
}
