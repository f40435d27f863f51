package io.blockwork.benchmark;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One forward pass of a network with random weights over random images. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {Inference.HEAP, Inference.NATIVE})
@Warmup(iterations = 2, time = 700, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class Inference {
  static final String HEAP = "-Xmx3g";
  static final String NATIVE = "-Dorg.bytedeco.javacpp.maxphysicalbytes=14g";

  @Param({"resnet50"})
  private String network = "";

  @Param({"1"})
  private int batch;

  @Param({"blockwork"})
  private String contender = "";

  private Contender running = () -> {};

  /** Makes the network and runs it once, since much is done only then. */
  @Setup(Level.Trial)
  public void setUp() throws Exception {
    running = Contender.inference(contender, Subject.of(network), batch);
    running.run();
  }

  /** The pass. */
  @Benchmark
  public void forward() throws Exception {
    running.run();
  }
}
