package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.TrainingResult;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Tuning;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.loss.Loss;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whole networks on the oneDNN engine: divisions, layouts, precisions, threads and garbage. */
class OneDnnNetworkTest {
  @ResNet(
      blocks = {1, 1},
      width = 16,
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface Residual extends ImageClassifier {}

  @DenseNet(
      growth = 16,
      blocks = {2, 3},
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface Dense extends ImageClassifier {}

  @DenseNet(
      growth = 16,
      blocks = {2, 3},
      memoryEfficient = true,
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface EfficientDense extends ImageClassifier {}

  @BeforeAll
  static void library() {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
  }

  private static <N extends Network> N network(Class<N> type, Engine engine) {
    return Networks.create(type, NetworkOptions.defaults().engine(engine));
  }

  private static INDArray images(int n) {
    Random random = new Random(3);
    INDArray images = Nd4j.create(DataType.FLOAT, n, 3, 12, 12);
    for (long i = 0; i < images.length(); i++) {
      images.putScalar(i, (float) random.nextGaussian());
    }
    return images;
  }

  private static double distance(INDArray actual, INDArray expected) {
    return actual.sub(expected).norm2Number().doubleValue() / expected.norm2Number().doubleValue();
  }

  @Test
  void everyDivisionOfABatchGivesTheSameResult() {
    OneDnnEngine engine = new OneDnnEngine();
    INDArray images = images(7);
    for (Class<? extends Network> type : List.of(Residual.class, Dense.class)) {
      INDArray expected;
      try (Network plain = network(type, new Nd4jEngine())) {
        expected = plain.forward(images);
      }
      for (OneDnnEngine variant :
          List.of(
              engine,
              engine.layout(Layout.CHANNELS_LAST),
              new OneDnnEngine(EngineOptions.defaults().threads(1)),
              engine.microBatch(3, false),
              new OneDnnEngine(EngineOptions.defaults().threads(3)).microBatch(2, true),
              engine.microBatch(1, true))) {
        try (Network network = network(type, variant)) {
          assertThat(distance(network.forward(images), expected)).isAtMost(1e-5);
        }
      }
    }
  }

  @Test
  void measuringHowToDivideABatchChangesNoResultAndIsDoneOnce(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("tuning.txt");
    INDArray images = images(7);
    EngineOptions options = EngineOptions.defaults().threads(3).tuning(Tuning.keptIn(file));
    try (Network plain = network(Residual.class, new Nd4jEngine());
        Network first = network(Residual.class, new OneDnnEngine(options));
        Network second = network(Residual.class, new OneDnnEngine(options))) {
      INDArray expected = plain.forward(images);
      assertThat(distance(first.forward(images), expected)).isAtMost(1e-5);
      List<String> found = Files.readAllLines(file);
      assertThat(found).hasSize(2);
      assertThat(found.get(1)).contains("FLOAT, ANY kernels, batch 7, threads 3\timages ");
      assertThat(second.forward(images).data().asFloat())
          .isEqualTo(first.forward(images).data().asFloat());
      assertThat(Files.readAllLines(file)).isEqualTo(found);
    }
  }

  @Test
  void nothingIsMeasuredWhereBitsAreToRepeat(@TempDir Path folder) {
    Path file = folder.resolve("tuning.txt");
    EngineOptions options = EngineOptions.defaults().threads(3).tuning(Tuning.keptIn(file));
    try (Network deterministic =
            network(Residual.class, new OneDnnEngine(options.deterministic(true)));
        Network validated = network(Residual.class, new OneDnnEngine(options));
        Network single = network(Residual.class, new OneDnnEngine(options))) {
      deterministic.forward(images(7));
      validated.engine().makeRepeatable(validated.parameters(), 7);
      validated.forward(images(7));
      single.forward(images(1));
      assertThat(Files.exists(file)).isFalse();
    }
  }

  @Test
  void trainsBlockedDenseNetworksAsThePlainEngineDoes() {
    INDArray images = images(3);
    Loss loss = Loss.softmaxCrossEntropy(1, 2, 3);
    for (Class<? extends Network> type : List.of(Dense.class, EfficientDense.class)) {
      try (Network plain = network(type, new Nd4jEngine());
          Network fast = network(type, new OneDnnEngine())) {
        TrainingResult expected = plain.trainWithInputGradient(images, loss);
        TrainingResult actual = fast.trainWithInputGradient(images, loss);
        assertThat(actual.loss()).isWithin(1e-5).of(expected.loss());
        assertThat(
                distance(
                    actual.inputGradient().orElseThrow(), expected.inputGradient().orElseThrow()))
            .isAtMost(1e-3);
        for (String name : plain.gradients().names()) {
          assertThat(distance(fast.gradients().get(name), plain.gradients().get(name)))
              .isAtMost(1e-3);
        }
      }
    }
  }

  @Test
  void bfloat16StaysCloseToFloat() {
    assumeTrue(OneDnnEngine.isNative(Precision.BFLOAT16), "no native bfloat16 on this machine");
    INDArray images = images(5);
    OneDnnEngine engine = new OneDnnEngine();
    for (Class<? extends Network> type : List.of(Residual.class, Dense.class)) {
      try (Network exact = network(type, engine);
          Network rounded =
              network(
                  type, new OneDnnEngine(EngineOptions.defaults().precision(Precision.BFLOAT16)))) {
        assertThat(distance(rounded.forward(images), exact.forward(images))).isAtMost(2e-2);
        Loss loss = Loss.softmaxCrossEntropy(0, 1, 2, 3, 4);
        assertThat(rounded.train(images, loss).loss())
            .isWithin(2e-2)
            .of(exact.train(images, loss).loss());
      }
    }
  }

  @Test
  void eightThreadsAtOnceGetTheSameBits() throws Exception {
    INDArray images = images(4);
    try (Network network = network(Residual.class, new OneDnnEngine())) {
      INDArray expected = network.forward(images);
      ExecutorService threads = Executors.newFixedThreadPool(8);
      List<Future<INDArray>> results = new ArrayList<>();
      Callable<INDArray> forward = () -> network.forward(images);
      for (int i = 0; i < 40; i++) {
        results.add(threads.submit(forward));
      }
      for (Future<INDArray> result : results) {
        assertThat(result.get().data().asFloat()).isEqualTo(expected.data().asFloat());
      }
      threads.shutdown();
    }
  }

  @Test
  void profilesEveryLayer() {
    try (Network network = network(Residual.class, new OneDnnEngine())) {
      String table = network.profile(images(2));
      assertThat(table).contains("layer2.0.downsample.0");
      assertThat(table).contains("GFLOP/s");
      assertThat(table).doesNotContain("ref");
    }
  }

  private record OnePass(Tensor input, Tensor output, Kernel kernel) implements ForwardPass {
    @Override
    public void run() {
      kernel.run();
    }
  }

  private static BoundInference bindOneConvolution(Network network) {
    Conv conv = Conv.conv(3, 16, 3).padding(1);
    return new OneDnnEngine()
        .bindInference(
            network.parameters(),
            2,
            bind -> {
              bind.slots(3 * 144, 16 * 144);
              Tensor src = bind.slot(0, 3, 12, 12);
              Tensor dst = bind.slot(1, 16, 12, 12);
              return new OnePass(
                  src, dst, bind.conv2d("conv1", conv, src, dst, Epilogue.norm("bn1").thenRelu()));
            });
  }

  @Test
  void aRunMakesNoGarbage() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    INDArray images = images(2);
    INDArray output = Nd4j.create(DataType.FLOAT, 2, 16, 12, 12);
    try (Network network = network(Residual.class, new OneDnnEngine());
        BoundInference bound = bindOneConvolution(network)) {
      for (int i = 0; i < 50; i++) {
        bound.run(images, output);
      }
      long id = Thread.currentThread().getId();
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 10; i++) {
        bound.run(images, output);
      }
      assertThat(threads.getThreadAllocatedBytes(id) - before).isAtMost(10 * 1024);
    }
  }

  @Test
  void aClosedPlanSaysSo() {
    try (Network network = network(Residual.class, new OneDnnEngine())) {
      BoundInference bound = bindOneConvolution(network);
      bound.close();
      bound.close();
      INDArray output = Nd4j.create(DataType.FLOAT, 2, 16, 12, 12);
      assertThrows(IllegalStateException.class, () -> bound.run(images(2), output));
    }
  }

  @Test
  void doubleParametersAreRefused() {
    NetworkOptions options =
        NetworkOptions.defaults().dataType(DataType.DOUBLE).engine(new OneDnnEngine());
    try (Residual network = Networks.create(Residual.class, options)) {
      INDArray images = images(1).castTo(DataType.DOUBLE);
      var thrown = assertThrows(IllegalArgumentException.class, () -> network.forward(images));
      assertThat(thrown).hasMessageThat().contains("FLOAT");
    }
  }
}
