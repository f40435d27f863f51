package io.blockwork.benchmark;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Benchmarks of ours, and of others that do the same work, by JMH.
 *
 * <p>By default {@link PeerRun} measures us and our peers in turn, and {@link PeerTable} prints
 * what was found: the contenders of one work follow each other, each in a process of its own, and
 * the rounds are repeated, since a machine's speed may drift.
 *
 * <p>Argument: {@code table}, or a pattern of the names of JMH benchmarks; these run with the
 * profiler of allocations.
 */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs. */
  public static void main(String[] arguments) throws Exception {
    String what = arguments.length == 0 ? "table" : arguments[0];
    if (what.equals("table")) {
      new PeerRun().run();
    } else {
      new Runner(new OptionsBuilder().include(what).addProfiler(GCProfiler.class).build()).run();
    }
  }
}
