package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Engines;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.jvm.GarbageCollector;
import io.blockwork.loss.Loss;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.train.Adam;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.WeightAverage;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What networks leave for the garbage collector, what they keep, and where it lies. */
class MemoryTest {
  private static final int KILOBYTE = 1024;

  @ResNet(
      blocks = {1, 1},
      width = 16,
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface Residual extends ImageClassifier {}

  @DenseNet(
      growth = 16,
      blocks = {2, 2},
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface Dense extends ImageClassifier {}

  private static INDArray images(int n) {
    Random random = new Random(3);
    float[] values = new float[n * 3 * 12 * 12];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, new long[] {n, 3, 12, 12}, 'c');
  }

  private static NetworkOptions on(String engine) {
    assumeTrue(engine.equals("nd4j") || OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    return NetworkOptions.defaults().engine(Engines.named(engine));
  }

  /**
   * Bytes of Java heap that one call allocates on this thread: in the best of some rounds, since
   * once in a while ND4J's list of arrays to be freed grows on the thread that makes the next one.
   */
  private static long allocated(Runnable call) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    for (int i = 0; i < 30; i++) {
      call.run();
    }
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 20; i++) {
        call.run();
      }
      least = Math.min(least, (threads.getThreadAllocatedBytes(id) - before) / 20);
    }
    return least;
  }

  @Test
  void forwardMakesLittleGarbage() {
    for (Class<? extends ImageClassifier> type : List.of(Residual.class, Dense.class)) {
      for (int batch : new int[] {1, 16}) {
        try (ImageClassifier net = Networks.create(type, on("onednn"))) {
          INDArray images = images(batch);
          INDArray output = Nd4j.create(DataType.FLOAT, batch, 10);
          assertThat(allocated(() -> net.forward(images))).isLessThan(4 * KILOBYTE);
          assertThat(allocated(() -> net.forward(images, output))).isLessThan(KILOBYTE);
        }
      }
    }
  }

  @Test
  void aTrainingStepMakesLittleGarbage() {
    // Layers this small are not worth a second thread.
    NetworkOptions options =
        on("onednn").engine(new OneDnnEngine(EngineOptions.defaults().threads(1)));
    for (Class<? extends ImageClassifier> type : List.of(Residual.class, Dense.class)) {
      try (ImageClassifier net = Networks.create(type, options)) {
        INDArray images = images(16);
        Loss entropy = Loss.softmaxCrossEntropy(new int[16]);
        Loss error = Loss.meanSquaredError(Nd4j.zeros(DataType.FLOAT, 16, 10));
        Optimizer momentum =
            Optimizer.of(net, new Momentum(1e-3, 0.9)).weightDecay(1e-4).clipNorm(1);
        Optimizer adam =
            Optimizer.of(net, new Adam(1e-3)).decoupledWeightDecay(0.01).decayNormsAndBiases(false);
        Runnable withMomentum =
            () -> {
              net.train(images, entropy);
              momentum.step();
            };
        Runnable withAdam =
            () -> {
              net.train(images, error);
              adam.step();
            };
        assertThat(allocated(withMomentum)).isLessThan(4 * KILOBYTE);
        assertThat(allocated(withAdam)).isLessThan(4 * KILOBYTE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void forwardFillsTheCallersArray(String engine) {
    try (Residual net = Networks.create(Residual.class, on(engine))) {
      for (int batch : new int[] {1, 5, 70}) {
        INDArray images = images(batch);
        INDArray expected = net.forward(images);
        INDArray output = Nd4j.valueArrayOf(new long[] {batch, 10}, 7, DataType.FLOAT);
        net.forward(images, output);
        assertThat(output).isEqualTo(expected);
        INDArray wide = Nd4j.valueArrayOf(new long[] {batch, 12}, 7, DataType.FLOAT);
        net.forward(images, wide.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 11)));
        assertThat(wide.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 11))).isEqualTo(expected);
        assertThat(wide.getDouble(0, 0)).isEqualTo(7);
        assertThat(wide.getDouble(batch - 1, 11)).isEqualTo(7);
      }
    }
  }

  @Test
  void anUnfitOutputIsNamed() {
    try (Residual net = Networks.create(Residual.class, on("nd4j"))) {
      INDArray images = images(2);
      var shape =
          assertThrows(
              ShapeMismatchException.class,
              () -> net.forward(images, Nd4j.create(DataType.FLOAT, 3, 10)));
      assertThat(shape)
          .hasMessageThat()
          .isEqualTo("MemoryTest_Residual: expected an output array of shape [2, 10], got [3, 10]");
      var type =
          assertThrows(
              IllegalArgumentException.class,
              () -> net.forward(images, Nd4j.create(DataType.DOUBLE, 2, 10)));
      assertThat(type)
          .hasMessageThat()
          .isEqualTo("MemoryTest_Residual: expected an output array of type FLOAT, got DOUBLE");
    }
  }

  /** Only the collector knows that they are no longer used. */
  @Test
  @Timeout(300)
  void networksThatNobodyClosesAreFreed() {
    trainAndDrop();
    long ofOne = NativeBlock.livingBytes();
    for (int i = 0; i < 30; i++) {
      trainAndDrop();
    }
    GarbageCollector.runUntil(() -> NativeBlock.livingBytes() <= ofOne);
  }

  private static void trainAndDrop() {
    Residual net = Networks.create(Residual.class, on("onednn"));
    INDArray images = images(16);
    net.forward(images);
    net.train(images, Loss.softmaxCrossEntropy(new int[16]));
    assertThat(NativeBlock.livingBytes()).isGreaterThan(1 << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void nothingOfANetworkLiesInTheCallersWorkspace(String engine) {
    INDArray images = images(4);
    Loss loss = Loss.softmaxCrossEntropy(0, 1, 2, 3);
    Residual net;
    Optimizer momentum;
    Optimizer nesterovs;
    WeightAverage average;
    INDArray expected;
    try (MemoryWorkspace scope = Nd4j.getWorkspaceManager().getAndActivateWorkspace("MemoryTest")) {
      net = Networks.create(Residual.class, on(engine));
      momentum = Optimizer.of(net, new Momentum(0.1, 0.9));
      nesterovs = Optimizer.of(net, new org.nd4j.linalg.learning.config.Nesterovs(0.1, 0.9));
      average = new WeightAverage(net.parameters(), 0.9);
      step(net, images, loss, List.of(momentum, nesterovs), average);
      assertThat(net.forward(images).isAttached()).isTrue();
      expected = net.forward(images).detach();
    }
    try (MemoryWorkspace scope = Nd4j.getWorkspaceManager().getAndActivateWorkspace("MemoryTest")) {
      // Overwrites what the workspace held before.
      Nd4j.valueArrayOf(new long[] {1 << 18}, Double.NaN, DataType.FLOAT);
    }
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    net.parameters()
        .write(
            memory -> {
              for (String name : net.parameters().names()) {
                assertWithMessage(name).that(memory.view(name).isAttached()).isFalse();
              }
            });
    assertThat(momentum.state().orElseThrow().isAttached()).isFalse();
    assertThat(nesterovs.state().orElseThrow().isAttached()).isFalse();
    assertThat(net.forward(images)).isEqualTo(expected);
    step(net, images, loss, List.of(momentum, nesterovs), average);
    average.swap();
    assertThat(net.parameters().flat().sumNumber().doubleValue()).isFinite();
    assertThat(net.parameters().get("bn1.num_batches_tracked").getLong(0)).isEqualTo(2);
    net.close();
  }

  private static void step(
      Residual net, INDArray images, Loss loss, List<Optimizer> optimizers, WeightAverage average) {
    net.train(images, loss);
    optimizers.forEach(Optimizer::step);
    average.update();
  }
}
