package io.blockwork.graph;

/** Numbers as people read them. */
public final class Figures {
  private Figures() {}

  /**
   * {@code 1234567} as {@code 1,234,567}. Written out, since the JDK's formatter first loads the
   * data of locales, and a processor always runs cold.
   */
  public static String grouped(long n) {
    StringBuilder digits = new StringBuilder(Long.toString(n));
    for (int i = digits.length() - 3; i > 0; i -= 3) {
      digits.insert(i, ',');
    }
    return digits.toString();
  }
}
