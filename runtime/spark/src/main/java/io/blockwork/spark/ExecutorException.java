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

  /**
   * The failure of an executor that made a job fail, if that is what happened: Spark wraps it, or
   * keeps no more of it than its text.
   *
   * @param failure what an action of Spark's threw
   */
  static java.util.Optional<ExecutorException> in(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ExecutorException found) {
        return java.util.Optional.of(found);
      }
    }
    return java.util.Optional.empty();
  }
}
