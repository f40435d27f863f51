package io.blockwork.io;

import java.util.concurrent.TimeUnit;

/** Time as a download sees it: what tells how much has passed, and what lets some pass. */
interface Pace {
  /** Nanoseconds from some moment on. */
  long nanoTime();

  /** Waits before what was in vain is tried again. */
  void pause(long millis) throws InterruptedException;

  /** The machine's clock. */
  static Pace system() {
    return new Pace() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
      }
    };
  }
}
