package io.blockwork.io;

import java.io.Console;
import java.util.Optional;

/** Whether somebody looks on: progress bars are drawn for people, not into files. */
public final class Terminal {
  private Terminal() {}

  /** Whether the standard input and output of this process are a terminal. */
  public static boolean isThere() {
    return Optional.ofNullable(System.console()).map(Terminal::isTerminal).orElse(false);
  }

  /**
   * From Java 22 on there may be a console that is not a terminal, and a method that tells; before,
   * a console is a terminal.
   */
  private static boolean isTerminal(Console console) {
    try {
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
