package io.blockwork.data;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Processor time of the thread that asks. */
final class ThreadTime {
  private ThreadTime() {}

  /** Nanoseconds since some moment; where this Java does not tell processor time, the clock's. */
  static long nanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
        ? threads.getCurrentThreadCpuTime()
        : System.nanoTime();
  }
}
