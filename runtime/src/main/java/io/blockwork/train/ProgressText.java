package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.time.Duration;

/**
 * One line about work that goes on: its name, its figures, and as far as there is room for them the
 * share that is done, a bar, the rate and the time that is left.
 *
 * @param name of the work
 * @param figures what it has come to; may be empty
 * @param done images that are done
 * @param of how many; 0 if that is not known
 * @param since images among them that the time was taken of
 * @param time for these
 */
record ProgressText(String name, String figures, long done, long of, long since, Duration time) {
  private static final int LONGEST_BAR = 30;
  private static final int SHORTEST_BAR = 8;
  private static final String GAP = "  ";
  private static final double NANOS = 1e9;

  /**
   * The line.
   *
   * @param width characters that it may have
   */
  String line(int width) {
    StringBuilder line = new StringBuilder(name);
    addIfItFits(line, figures, width);
    if (of > 0) {
      addIfItFits(line, SafeText.format("%3d %%", 100 * Math.min(done, of) / of), width);
    }
    String rate = rate();
    String left = left();
    int tail = rate.length() + left.length() + 2 * GAP.length();
    int bar = Math.min(LONGEST_BAR, width - line.length() - tail - GAP.length() - 2);
    if (of > 0 && bar >= SHORTEST_BAR) {
      int full = (int) (bar * Math.min(done, of) / of);
      line.append(GAP).append('[').append("=".repeat(full));
      line.append(" ".repeat(bar - full)).append(']');
    }
    addIfItFits(line, rate, width);
    addIfItFits(line, left, width);
    return line.length() <= width ? line.toString() : line.substring(0, Math.max(0, width));
  }

  /** The line, with spaces over what an earlier one may have left. */
  String padded(int width) {
    String line = line(width);
    return line + " ".repeat(Math.max(0, width - line.length()));
  }

  private static void addIfItFits(StringBuilder line, String part, int width) {
    if (!part.isEmpty() && line.length() + GAP.length() + part.length() <= width) {
      line.append(GAP).append(part);
    }
  }

  private double imagesPerSecond() {
    return since / Math.max(1e-9, time.toNanos() / NANOS);
  }

  private String rate() {
    return since > 0 ? SafeText.format("%.0f images/s", imagesPerSecond()) : "";
  }

  private String left() {
    if (since <= 0 || of <= done) {
      return "";
    }
    long seconds = Math.round((of - done) / imagesPerSecond());
    return seconds < 3600
        ? SafeText.format("%d:%02d left", seconds / 60, seconds % 60)
        : SafeText.format("%d:%02d:%02d left", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
