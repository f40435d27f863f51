package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.Engines;
import io.blockwork.examples.networks.ResNet50;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.graph.ComputationGraph;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One forward pass of ResNet-50 at 224 x 224 with random weights: our engines against DL4J's zoo,
 * on the same build of ND4J. The zoo's network is Keras's: the stride in the first 1x1 convolution,
 * which is a little less work.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xmx3g", "-Dorg.bytedeco.javacpp.maxphysicalbytes=14g"})
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 4)
public class ResNet50Inference {
  @Param({"nd4j", "onednn", "dl4j"})
  private String engine = "nd4j";

  @Param({"1"})
  private int batch = 1;

  private UnaryOperator<INDArray> network = UnaryOperator.identity();
  private INDArray images = Nd4j.empty();

  /** Makes the network and the images. */
  @Setup(Level.Trial)
  public void setUp() {
    images = Nd4j.rand(DataType.FLOAT, batch, 3, 224, 224);
    if (engine.equals("dl4j")) {
      ComputationGraph zoo =
          org.deeplearning4j.zoo.model.ResNet50.builder().numClasses(1000).seed(1).build().init();
      network = x -> zoo.output(false, x)[0];
    } else {
      ImageClassifier net =
          Networks.create(ResNet50.class, NetworkOptions.defaults().engine(Engines.named(engine)));
      network = net::forward;
    }
  }

  /** The pass. */
  @Benchmark
  public INDArray forward() {
    return network.apply(images);
  }
}
