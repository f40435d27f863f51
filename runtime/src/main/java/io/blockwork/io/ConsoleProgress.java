package io.blockwork.io;

import java.io.PrintStream;

/** A progress bar of one line, drawn anew about ten times a second. */
public final class ConsoleProgress implements DownloadListener {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = 100_000_000;
  private static final double MEGABYTE = 1 << 20;

  private final PrintStream out;
  private boolean drawn;
  private long last;

  /**
   * A bar on a stream, usually {@code System.err}.
   *
   * @param out a terminal, which goes back to the line's start at a carriage return
   */
  public ConsoleProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public synchronized void progress(String file, long done, long total) {
    long now = System.nanoTime();
    boolean finished = done == total;
    if (drawn && !finished && now - last < REDRAW_NANOS) {
      return;
    }
    drawn = true;
    last = now;
    if (total <= 0) {
      out.print(SafeText.format("\r%s %.1f MB", file, done / MEGABYTE));
    } else {
      int full = (int) (WIDTH * Math.min(done, total) / total);
      String bar = "=".repeat(full) + " ".repeat(WIDTH - full);
      out.print(
          SafeText.format(
              "\r%s [%s] %3d %% of %.1f MB", file, bar, 100 * done / total, total / MEGABYTE));
    }
    if (finished) {
      out.println();
    }
    out.flush();
  }
}
