package io.blockwork.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time of the machine since it started, in ticks; none where it is not known. Linux only.
 *
 * @param busy that processes took, or other machines on the same processors
 * @param all there was, idle or not
 */
record Ticks(long busy, long all) {
  private static final int FIRST = 1;
  private static final int IDLE = 4;
  private static final int WAITING = 5;
  private static final int LAST = 8;
  private static final int OWN_USER = 11;
  private static final int OWN_SYSTEM = 12;

  /** The machine's until now. */
  static Ticks ofMachine() {
    Path machine = Path.of("/proc/stat");
    if (!Files.exists(machine)) {
      return new Ticks(0, 0);
    }
    try {
      String[] counts = Files.readAllLines(machine).get(0).split(" +");
      long all = 0;
      for (int i = FIRST; i <= LAST; i++) {
        all += Long.parseLong(counts[i]);
      }
      long idle = Long.parseLong(counts[IDLE]) + Long.parseLong(counts[WAITING]);
      return new Ticks(all - idle, all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What this process took since it started, all its threads together. */
  static long ofThisProcess() {
    Path process = Path.of("/proc/self/stat");
    if (!Files.exists(process)) {
      return 0;
    }
    try {
      String self = Files.readString(process);
      // The second field is a name in brackets that may hold anything.
      String[] own = self.substring(self.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(own[OWN_USER]) + Long.parseLong(own[OWN_SYSTEM]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What others than one process took of the processors from then to now, in percent; NaN where
   * that is not known.
   *
   * @param before the machine's, then
   * @param own what the one process took since then
   */
  double others(Ticks before, long own) {
    return 100.0 * Math.max(0, busy - before.busy - own) / (all - before.all);
  }
}
