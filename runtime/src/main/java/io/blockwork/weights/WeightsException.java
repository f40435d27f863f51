package io.blockwork.weights;

import io.blockwork.io.FileException;

/**
 * A weight file that cannot be used: unreadable, damaged, hostile, or not fitting the network. The
 * message says which file, what is wrong and what to do.
 */
public final class WeightsException extends FileException {
  private static final long serialVersionUID = 1L;

  /** With a complete message. */
  public WeightsException(String message) {
    super(message);
  }

  /** With a complete message and what led to it. */
  public WeightsException(String message, Throwable cause) {
    super(message, cause);
  }
}
