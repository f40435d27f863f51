package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.loss.Loss;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How much Java heap a forward pass and a training step take: {@code gc.alloc.rate.norm}, in bytes,
 * of CIFAR's ResNet-20 on eight images. The network is small so that many passes are seen.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx3g", "-Dorg.bytedeco.javacpp.maxphysicalbytes=14g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class Allocation {
  private static final int BATCH = 8;

  private final ImageClassifier net = Networks.create(ResNet20.class);
  private final Optimizer optimizer = Optimizer.of(net, new Momentum(0.01, 0.9));
  private final Loss loss = Loss.softmaxCrossEntropy(1, 2, 3, 4, 5, 6, 7, 8);
  private INDArray images = Nd4j.empty();

  /** Makes the images. */
  @Setup(Level.Trial)
  public void setUp() {
    images = Nd4j.rand(DataType.FLOAT, BATCH, 3, 32, 32);
  }

  /** Inference; the caller closes the output, as somebody would who minds memory. */
  @Benchmark
  public void forward() {
    net.forward(images).close();
  }

  /** A training pass and a step of SGD with momentum. */
  @Benchmark
  public TrainingResult trainingStep() {
    TrainingResult result = net.train(images, loss);
    optimizer.step();
    return result;
  }
}
