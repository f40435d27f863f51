package io.blockwork.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/** JMH profiler: what others took of the machine's processors meanwhile, in percent. Linux only. */
public final class OtherProcesses implements InternalProfiler {
  /** Label of the result. */
  static final String LABEL = "others";

  private Ticks before = new Ticks(0, 0);

  /** Processor time since the machine started: of other processes, and in all. */
  private record Ticks(long others, long all) {
    private static final int FIRST = 1;
    private static final int IDLE = 4;
    private static final int WAITING = 5;
    private static final int LAST = 8;
    private static final int OWN_USER = 11;
    private static final int OWN_SYSTEM = 12;

    static Ticks now() {
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
        String self = Files.readString(Path.of("/proc/self/stat"));
        // The second field is a name in brackets that may hold anything.
        String[] own = self.substring(self.lastIndexOf(')') + 2).split(" ");
        long used = Long.parseLong(own[OWN_USER]) + Long.parseLong(own[OWN_SYSTEM]);
        return new Ticks(all - idle - used, all);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public String getDescription() {
    return "Share of the processors that other processes took";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = Ticks.now();
  }

  @Override
  public List<Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    Ticks after = Ticks.now();
    double all = Math.max(1, after.all() - before.all());
    double others = 100 * Math.max(0, after.others() - before.others()) / all;
    return List.of(new ScalarResult(LABEL, others, "%", AggregationPolicy.AVG));
  }
}
