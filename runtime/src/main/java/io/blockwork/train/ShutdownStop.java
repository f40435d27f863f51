package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets a training run end its step and write its checkpoint when the process is told to end: by
 * Ctrl-C, SIGTERM or {@link System#exit}. While it is open, the virtual machine waits for it.
 */
final class ShutdownStop implements AutoCloseable {
  /** Longer than any step should take, and not for ever if a run hangs. */
  private static final int LONGEST_WAIT_MINUTES = 5;

  private final Thread trains = Thread.currentThread();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stopAndWait, "blockwork-training-ends");
  private volatile boolean requested;

  private ShutdownStop() {}

  /** For the calling thread, which trains. */
  static ShutdownStop open() {
    ShutdownStop stop = new ShutdownStop();
    try {
      Runtime.getRuntime().addShutdownHook(stop.hook);
    } catch (IllegalStateException e) {
      stop.requested = true;
    }
    return stop;
  }

  /** Whether the process is ending. */
  boolean requested() {
    return requested;
  }

  private void stopAndWait() {
    requested = true;
    if (hasCalledExit()) {
      return;
    }
    try {
      boolean inTime = ended.await(LONGEST_WAIT_MINUTES, TimeUnit.MINUTES);
      if (!inTime) {
        System.err.println(
            SafeText.format(
                "the training step has not ended for %d minutes: the process ends without a"
                    + " checkpoint of it",
                LONGEST_WAIT_MINUTES));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A listener that calls {@link System#exit} waits for this hook: neither would ever end. */
  private boolean hasCalledExit() {
    for (StackTraceElement call : trains.getStackTrace()) {
      if (call.getClassName().equals("java.lang.Shutdown")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Lets the process end. If it does, this never returns, so that nothing is done with a network
   * that is half trained.
   */
  void leave() {
    close();
    while (requested) {
      LockSupport.park(this);
    }
  }

  @Override
  public void close() {
    ended.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending, and waits no longer for this thread.
      }
    }
  }
}
