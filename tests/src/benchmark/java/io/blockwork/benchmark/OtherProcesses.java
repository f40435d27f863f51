package io.blockwork.benchmark;

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
  private long ownBefore;

  @Override
  public String getDescription() {
    return "Share of the processors that other processes took";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = Ticks.ofMachine();
    ownBefore = Ticks.ofThisProcess();
  }

  @Override
  public List<Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double others = Ticks.ofMachine().others(before, Ticks.ofThisProcess() - ownBefore);
    return List.of(new ScalarResult(LABEL, others, "%", AggregationPolicy.AVG));
  }
}
