package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.engine.Engines;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.WeightAverage;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Threads that run a network while another one changes its weights. */
@Timeout(300)
class WeightsOfOneMomentTest {
  private static final int READERS = 3;
  private static final int FORWARDS = 100;

  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface Residual extends ImageClassifier {}

  /** Its batch norms stand before convolutions, where they cannot be folded into weights. */
  @DenseNet(
      growth = 4,
      blocks = {2, 2},
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface Dense extends ImageClassifier {}

  @TempDir private Path folder;

  private static Stream<ImageClassifier> networks() {
    return Stream.of("nd4j", "onednn")
        .filter(engine -> engine.equals("nd4j") || OneDnnEngine.isAvailable())
        .map(engine -> NetworkOptions.defaults().engine(Engines.named(engine)))
        .flatMap(
            options ->
                Stream.of(
                    Networks.create(Residual.class, options),
                    Networks.create(Dense.class, options)));
  }

  private static float[] images() {
    Random random = new Random(3);
    float[] values = new float[2 * 3 * 8 * 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** What the network says with weights drawn by the seed. */
  private static float[] fill(ImageClassifier net, int seed) {
    Random random = new Random(seed);
    Parameters parameters = net.parameters();
    parameters.write(
        memory -> {
          INDArray flat = memory.flat();
          // Eighths, of which sums and differences are exact.
          for (long i = 0; i < flat.length(); i++) {
            flat.putScalar(i, (random.nextInt(17) - 8) / 8.0);
          }
        });
    return net.forward(images());
  }

  /** Runs the change again and again until every reader has had its answers. */
  private static void checkReaders(
      ImageClassifier net, Runnable toFirst, float[] first, Runnable toSecond, float[] second)
      throws Exception {
    assertThat(first).isNotEqualTo(second);
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try {
      CountDownLatch reading = new CountDownLatch(READERS);
      List<Future<List<float[]>>> answers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Callable<List<float[]>> reader =
            () -> {
              reading.countDown();
              List<float[]> own = new ArrayList<>();
              for (int n = 0; n < FORWARDS; n++) {
                own.add(net.forward(images()));
              }
              return own;
            };
        answers.add(threads.submit(reader));
      }
      reading.await();
      while (!answers.stream().allMatch(Future::isDone)) {
        toFirst.run();
        toSecond.run();
      }
      for (Future<List<float[]>> each : answers) {
        for (float[] answer : each.get()) {
          assertThat(Arrays.equals(answer, first) || Arrays.equals(answer, second)).isTrue();
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void setChangesATensorAtOnce(ImageClassifier net) throws Exception {
    try (net) {
      fill(net, 1);
      String name = net.parameters().names().get(0);
      INDArray one = net.parameters().get(name);
      INDArray other = one.neg();
      float[] first = net.forward(images());
      net.parameters().set(name, other);
      float[] second = net.forward(images());
      checkReaders(
          net,
          () -> net.parameters().set(name, one),
          first,
          () -> net.parameters().set(name, other),
          second);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void anUpdateChangesAllTensorsAtOnce(ImageClassifier net) throws Exception {
    try (net) {
      float[] second = fill(net, 2);
      Map<String, INDArray> other = net.parameters().copies();
      float[] first = fill(net, 1);
      Map<String, INDArray> one = net.parameters().copies();
      checkReaders(net, () -> setAll(net, one), first, () -> setAll(net, other), second);
    }
  }

  private static void setAll(ImageClassifier net, Map<String, INDArray> values) {
    net.parameters().update(() -> values.forEach(net.parameters()::set));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aFileIsLoadedAtOnce(ImageClassifier net) throws Exception {
    Path one = folder.resolve("one.safetensors");
    Path other = folder.resolve("other.npz");
    try (net) {
      float[] first = fill(net, 1);
      Weights.save(net.parameters(), one);
      float[] second = fill(net, 2);
      Weights.save(net.parameters(), other);
      checkReaders(net, () -> load(net, one), first, () -> load(net, other), second);
    }
  }

  private static void load(ImageClassifier net, Path file) {
    try (Weights weights = Weights.open(file)) {
      net.parameters().load(weights);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void anOptimiserStepsAtOnce(ImageClassifier net) throws Exception {
    try (net) {
      for (var updater : List.of(new Momentum(1, 0), new org.nd4j.linalg.learning.config.Sgd(1))) {
        float[] first = fill(net, 1);
        INDArray gradients = net.gradients().flat();
        gradients.assign(net.parameters().flat().mul(0.5));
        Optimizer optimizer = Optimizer.of(net, updater);
        optimizer.step();
        float[] second = net.forward(images());
        Runnable step =
            () -> {
              gradients.negi();
              optimizer.step();
            };
        checkReaders(net, step, first, step, second);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void anAverageIsSwappedInAtOnce(ImageClassifier net) throws Exception {
    try (net) {
      float[] first = fill(net, 1);
      WeightAverage average = new WeightAverage(net.parameters(), 0.5);
      average.update();
      float[] second = fill(net, 2);
      checkReaders(net, average::swap, first, average::swap, second);
    }
  }

  /** Bits of a training pass depend on nothing but weights and images. */
  @ParameterizedTest
  @MethodSource("networks")
  void runningStatisticsMoveAtOnce(ImageClassifier net) throws Exception {
    try (net) {
      Loss loss = Loss.softmaxCrossEntropy(0, 1);
      INDArray images = Nd4j.create(images(), new long[] {2, 3, 8, 8}, 'c');
      float[] first = fill(net, 1);
      Map<String, INDArray> before = net.parameters().copies();
      net.train(images, loss);
      float[] second = net.forward(images());
      checkReaders(net, () -> setAll(net, before), first, () -> net.train(images, loss), second);
    }
  }

  @Test
  void aNetworkRunsWithinAnUpdate() {
    assumeTrue(OneDnnEngine.isAvailable());
    try (ImageClassifier net = networks().skip(2).findFirst().orElseThrow()) {
      String name = net.parameters().names().get(0);
      INDArray value = net.parameters().get(name);
      float[] before = net.forward(images());
      float[] within =
          net.parameters()
              .update(
                  () -> {
                    net.parameters().set(name, value.neg());
                    float[] answer = net.forward(images());
                    net.parameters().set(name, value);
                    return answer;
                  });
      assertThat(within).isNotEqualTo(before);
      assertThat(net.forward(images())).isEqualTo(before);
    }
  }

  @Test
  void aLossCannotChangeWhatItsPassReads() {
    try (ImageClassifier net = networks().findFirst().orElseThrow()) {
      var e =
          assertThrows(
              IllegalStateException.class,
              () ->
                  net.parameters()
                      .read(
                          () -> {
                            net.parameters().update(() -> {});
                            return 0;
                          }));
      assertThat(e).hasMessageThat().contains("while the same thread reads them");
    }
  }

  @Test
  void memoryIsLentForACallOnly() {
    Parameters parameters = new Parameters(List.of(), DataType.FLOAT);
    List<io.blockwork.parameters.ParameterMemory> kept = new ArrayList<>();
    parameters.write(kept::add);
    var e = assertThrows(IllegalStateException.class, () -> kept.get(0).flat());
    assertThat(e).hasMessageThat().contains("only during a call to Parameters.write");
  }

  @Test
  void aClosedNetworksParametersSaySo() {
    ImageClassifier net = networks().findFirst().orElseThrow();
    Parameters parameters = net.parameters();
    String name = parameters.names().get(0);
    INDArray copy = parameters.get(name);
    net.close();
    net.close();
    for (Runnable use :
        List.<Runnable>of(
            () -> parameters.get(name),
            () -> parameters.set(name, copy),
            () -> parameters.flat(),
            () -> parameters.copies(),
            () -> parameters.values(name),
            () -> parameters.write(memory -> {}))) {
      var e = assertThrows(IllegalStateException.class, use::run);
      assertThat(e).hasMessageThat().contains("belong to a network that is closed");
    }
    assertThat(assertThrows(IllegalStateException.class, () -> net.forward(images())))
        .hasMessageThat()
        .isEqualTo("this WeightsOfOneMomentTest_Residual is closed: create a new one");
  }
}
