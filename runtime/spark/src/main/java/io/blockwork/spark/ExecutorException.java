package io.blockwork.spark;

/**
 * An executor cannot run the network: a jar or a native library is missing there. The message names
 * the executor and says how to mend it.
 */
public final class ExecutorException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what is wrong, on which executor, and how to mend it
   * @param cause what was thrown there
   */
  public ExecutorException(String message, Throwable cause) {
    super(message, cause);
  }
}
