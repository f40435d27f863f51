package io.blockwork.processor.spec;

/** Texts of the user's as messages show them. */
public final class Shown {
  private static final int MOST = 120;

  private Shown() {}

  /** The text in ASCII, since consoles differ, and without its end if it is long. */
  public static String text(CharSequence text) {
    String ascii = text.toString().replaceAll("[^ -~]", "?");
    return ascii.length() <= MOST ? ascii : ascii.substring(0, MOST) + "...";
  }
}
