package io.blockwork.benchmark;

import java.util.Locale;

/**
 * What one process of one contender measured.
 *
 * @param time when it ended, ISO 8601
 * @param build {@link Build#id} of ours, whoever the contender is
 * @param work {@link Work#name}
 * @param contender who
 * @param median of the samples, in {@link Work.Kind#unit}
 * @param min the least sample
 * @param samples how many there were
 * @param others what other processes took of the processors meanwhile, in percent; NaN where nobody
 *     watched
 */
record Measurement(
    String time,
    String build,
    String work,
    String contender,
    double median,
    double min,
    long samples,
    double others) {
  /** Names of the columns of {@link #line}. */
  static final String HEADER = "time\tbuild\twork\tcontender\tmedian\tmin\tsamples\tothers_percent";

  /** As a line of tab-separated values. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%s\t%s\t%s\t%s\t%.3f\t%.3f\t%d\t%.1f",
        time,
        build,
        work,
        contender,
        median,
        min,
        samples,
        others);
  }

  /**
   * Reads a {@link #line}.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Measurement parse(String line) {
    String[] f = line.split("\t");
    if (f.length != HEADER.split("\t").length) {
      throw new IllegalArgumentException(
          "expected the columns '%s', got '%s'".formatted(HEADER, line));
    }
    return new Measurement(
        f[0],
        f[1],
        f[2],
        f[3],
        Double.parseDouble(f[4]),
        Double.parseDouble(f[5]),
        Long.parseLong(f[6]),
        Double.parseDouble(f[7]));
  }

  /** Whether it tells of that build: our own contenders' only of theirs, the peers' of any. */
  boolean tellsOf(String of) {
    return build.equals(of) || !contender.startsWith("blockwork");
  }
}
