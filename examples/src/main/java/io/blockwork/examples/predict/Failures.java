package io.blockwork.examples.predict;

/** How a command says why it failed. */
public final class Failures {
  private Failures() {}

  /** The message, which ours are made to be read; the class, too, where nobody has written one. */
  public static String text(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.toString() : message;
  }
}
