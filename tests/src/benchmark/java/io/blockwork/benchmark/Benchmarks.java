package io.blockwork.benchmark;

import java.util.Arrays;
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
 * <p>The argument is what to run, and what that takes: {@code table}; the name of a program, {@link
 * TrainingLoops}, {@link TrainingMemory}, {@link KernelTimes}, {@link FirstCalls}, {@link
 * MemoryUse} or {@link ProcessorShare}, and its arguments; or else a pattern of the names of JMH
 * benchmarks, which run with the profiler of allocations.
 */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs. */
  public static void main(String[] arguments) throws Exception {
    String[] words = arguments[0].split(" ");
    String[] rest = Arrays.copyOfRange(words, 1, words.length);
    switch (words[0]) {
      case "table" -> new PeerRun().run();
      case "TrainingLoops" -> TrainingLoops.main(rest);
      case "TrainingMemory" -> TrainingMemory.main(rest);
      case "KernelTimes" -> KernelTimes.main(rest);
      case "FirstCalls" -> FirstCalls.main(rest);
      case "MemoryUse" -> MemoryUse.main(rest);
      case "ProcessorShare" -> ProcessorShare.main(rest);
      default ->
          new Runner(new OptionsBuilder().include(words[0]).addProfiler(GCProfiler.class).build())
              .run();
    }
  }
}
