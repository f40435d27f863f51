package io.blockwork.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Input and output that an interrupt of the thread does not break off. Java closes the channel of a
 * file when a thread that is interrupted uses it, or is interrupted while it does.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  /**
   * What is done.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it from the beginning, with files opened within; it may be called again. */
    T run() throws IOException;
  }

  /**
   * Does the work, again from the beginning if an interrupt breaks it off. The thread is
   * interrupted afterwards if it was before or became so.
   *
   * @throws IOException if the work does
   */
  public static <T> T call(Work<T> work) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          return work.run();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
