package io.blockwork.io;

/**
 * A file that cannot be read, written or fetched. The message says which file, what is wrong and
 * what to do.
 */
public class FileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a complete message. */
  public FileException(String message) {
    super(message);
  }

  /** With a complete message and what led to it. */
  public FileException(String message, Throwable cause) {
    super(message, cause);
  }
}
