package io.blockwork.graph.text;

/** A text that is not a graph's; the message names the line and what was expected there. */
public final class GraphTextException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  GraphTextException(String message) {
    super(message);
  }

  GraphTextException(String message, Throwable cause) {
    super(message, cause);
  }
}
