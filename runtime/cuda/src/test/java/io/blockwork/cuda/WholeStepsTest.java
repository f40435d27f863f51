package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.TrainingStep;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.CudaException;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.train.Adam;
import io.blockwork.train.DivergedException;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingListener;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Training steps that are one graph on the device, losses and optimizer included, come to what the
 * host comes to from the outputs and gradients.
 */
class WholeStepsTest {
  /** Of parameters after some steps, relative to their norm: the device's loss is in float. */
  private static final double BOUND = 1e-5;

  private final Emulator emulator = Emulator.get();
  private final CudaEngine engine = emulator.engine(Numerics.FLOAT);

  @TempDir Path folder;

  @BeforeEach
  @AfterEach
  void failNothing() {
    emulator.failAt(0);
  }

  private <N extends Network> N network(Class<N> type) {
    return Networks.create(type, NetworkOptions.defaults().seed(3).engine(engine));
  }

  private Network network() {
    return network(TestNetworks.TinyResNetBasic.class);
  }

  private static INDArray images(Network network, int batch, int seed) {
    List<Integer> in = network.architecture().input();
    INDArray images = Nd4j.create(DataType.FLOAT, batch, in.get(0), in.get(1), in.get(2));
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < images.length(); i++) {
      images.putScalar(i, 2 * random.nextDouble() - 1);
    }
    return images;
  }

  private static Losses labels(int batch) {
    int[] labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = i % 3;
    }
    return Losses.of(Loss.softmaxCrossEntropy(labels));
  }

  /** The same on the host: the loss, and the step along gradients that somebody has asked for. */
  private static TrainingStep onHost(
      Network network, Optimizer optimizer, INDArray images, Losses losses) {
    TrainingResult result = network.train(images, losses);
    assertTrue(network.gradients().flat().length() > 0);
    optimizer.step();
    return new TrainingStep(result, true);
  }

  private static TrainingStep train(
      Network network, Optimizer optimizer, INDArray images, Losses losses, boolean device) {
    return device ? optimizer.train(images, losses) : onHost(network, optimizer, images, losses);
  }

  private static void assertClose(INDArray expected, INDArray got, String what) {
    double error =
        expected.sub(got).norm2Number().doubleValue() / expected.norm2Number().doubleValue();
    assertEquals(0, error, BOUND, what);
  }

  private static void assertAlike(Network expected, Network got) {
    assertClose(expected.parameters().flat(), got.parameters().flat(), "parameters");
    for (String name : expected.parameters().names()) {
      if (name.endsWith("num_batches_tracked")) {
        assertEquals(expected.parameters().get(name), got.parameters().get(name), name);
      } else if (name.contains("running")) {
        assertClose(expected.parameters().get(name), got.parameters().get(name), name);
      }
    }
  }

  static Stream<Function<Network, Optimizer>> optimizers() {
    return DeviceStepsTest.optimizers();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void stepsAsTheHostDoes(Function<Network, Optimizer> optimizer) {
    try (Network host = network();
        Network device = network()) {
      Optimizer ofHost = optimizer.apply(host);
      Optimizer ofDevice = optimizer.apply(device);
      // Other batch sizes share parameters, gradients and what is remembered.
      for (int batch : new int[] {2, 3, 2}) {
        INDArray images = images(host, batch, batch);
        ofHost.updater().setLrAndSchedule(0.02 / batch, null);
        ofDevice.updater().setLrAndSchedule(0.02 / batch, null);
        TrainingResult expected = onHost(host, ofHost, images, labels(batch)).result();
        TrainingStep got = ofDevice.train(images, labels(batch));
        assertTrue(got.made());
        assertEquals(expected.loss(), got.result().loss(), BOUND);
        assertClose(expected.output(), got.result().output(), "output");
        assertClose(host.gradients().flat(), device.gradients().flat(), "gradients");
      }
      assertAlike(host, device);
      assertEquals(3, ofDevice.steps());
      assertClose(ofHost.state().orElseThrow(), ofDevice.state().orElseThrow(), "state");
    }
  }

  static Stream<Losses> losses() {
    INDArray soft =
        Nd4j.createFromArray(new double[][] {{0.2, 0.5, 0.3}, {1, 0, 0}, {0, 0.25, 0.5}});
    INDArray classes = Nd4j.createFromArray(2, 0, 1);
    return Stream.of(
        labels(3),
        Losses.of(Loss.softmaxCrossEntropy(classes, 0.1)),
        Losses.of(Loss.softmaxCrossEntropy(classes, 0.1, 1, 5, 0.5)),
        Losses.of(Loss.softmaxCrossEntropy(classes, 0, 1, 5, 0.5)),
        Losses.of(Loss.softmaxCrossEntropy(soft, 0)),
        Losses.of(Loss.softmaxCrossEntropy(soft, 0.2, 3, 1, 2)),
        // Not known on the device.
        Losses.of(Loss.focal(classes, 2)),
        Losses.of(Loss.meanSquaredError(soft.castTo(DataType.FLOAT))));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossesAndTheirGradientsAreTheHosts(Losses losses) {
    try (Network host = network();
        Network device = network()) {
      INDArray images = images(host, 3, 8);
      TrainingResult expected = host.train(images, losses);
      TrainingStep got = Optimizer.of(device, new Momentum(0.1, 0.9)).train(images, losses);
      assertTrue(got.made());
      assertEquals(expected.loss(), got.result().loss(), 1e-6 * (1 + expected.loss()));
      assertClose(host.gradients().flat(), device.gradients().flat(), "gradients");
    }
  }

  static Stream<Losses> lossesOfTwoOutputs() {
    Loss main = Loss.softmaxCrossEntropy(2, 0);
    Loss other = Loss.softmaxCrossEntropy(Nd4j.createFromArray(1, 2), 0.1);
    return Stream.of(
        Losses.of(main).plus(0.3, "aux", other),
        Losses.of(main),
        Losses.of(main).plus(0.3, "aux", Loss.focal(Nd4j.createFromArray(1, 2), 2)));
  }

  @ParameterizedTest
  @MethodSource("lossesOfTwoOutputs")
  void auxiliaryOutputsHaveTheirLosses(Losses losses) {
    try (Network host = network(TestNetworks.WithAuxiliary.class);
        Network device = network(TestNetworks.WithAuxiliary.class)) {
      Optimizer ofHost = Optimizer.of(host, new Momentum(0.1, 0.9));
      Optimizer ofDevice = Optimizer.of(device, new Momentum(0.1, 0.9));
      for (int step = 0; step < 2; step++) {
        INDArray images = images(host, 2, step);
        TrainingResult expected = onHost(host, ofHost, images, losses).result();
        TrainingResult got = ofDevice.train(images, losses).result();
        assertEquals(expected.total(), got.total(), BOUND);
        assertEquals(expected.auxiliary().size(), got.auxiliary().size());
        assertClose(expected.auxiliaryOutputs().get(0), got.auxiliaryOutputs().get(0), "auxiliary");
      }
      assertAlike(host, device);
    }
  }

  @Test
  void onlyOutputsAndLossesComeToTheHost() {
    try (Network network = network()) {
      Optimizer optimizer = DeviceStepsTest.momentum(network);
      optimizer.train(images(network, 2, 1), labels(2));
      long before = emulator.bytesToHost();
      optimizer.train(images(network, 2, 2), labels(2));
      int results = OptimizerMemory.RESULTS + 1;
      assertEquals(2 * 3 * Float.BYTES + results * Double.BYTES, emulator.bytesToHost() - before);
    }
  }

  @Test
  void theGraphIsRecordedOnceForAnOptimizer() {
    try (Network network = network()) {
      Optimizer optimizer = DeviceStepsTest.momentum(network);
      optimizer.train(images(network, 2, 1), labels(2));
      emulator.failAt(0);
      optimizer.updater().setLrAndSchedule(0.3, null);
      optimizer.weightDecay(0.1).clipNorm(2);
      optimizer.train(images(network, 2, 2), labels(2));
      long first = emulator.calls();
      assertTrue(first < 20, "calls " + first + ": copies and one launch");
    }
  }

  @Test
  void stepsOfBothKindsAndWritesBetweenThemFollowEachOther() {
    try (Network host = network();
        Network device = network()) {
      Optimizer ofHost = DeviceStepsTest.adam(host);
      Optimizer ofDevice = DeviceStepsTest.adam(device);
      for (Network network : List.of(host, device)) {
        boolean there = network == device;
        Optimizer optimizer = there ? ofDevice : ofHost;
        train(network, optimizer, images(network, 2, 1), labels(2), there);
        network.parameters().set("fc.bias", 1, 2, 3);
        train(network, optimizer, images(network, 2, 2), labels(2), there);
        network.train(images(network, 2, 3), labels(2));
        optimizer.step();
        optimizer.state().orElseThrow().muli(0.5);
        network.freeze("conv1");
        train(network, optimizer, images(network, 2, 4), labels(2), there);
        network.forward(images(network, 1, 4));
        network.freeze();
        Optimizer other = DeviceStepsTest.momentum(network);
        train(network, other, images(network, 2, 5), labels(2), there);
        train(network, optimizer, images(network, 2, 6), labels(2), there);
      }
      assertAlike(host, device);
    }
  }

  @Test
  void valuesThatAreNotFiniteAreNotSteppedAlong() {
    try (Network network = network()) {
      Optimizer optimizer = DeviceStepsTest.momentum(network);
      optimizer.train(images(network, 2, 1), labels(2));
      INDArray before = network.parameters().flat();
      INDArray state = optimizer.state().orElseThrow().dup();
      INDArray bad = images(network, 2, 2);
      bad.putScalar(0, Double.NaN);
      TrainingStep step = optimizer.train(bad, labels(2));
      assertFalse(step.made());
      assertTrue(Double.isNaN(step.result().loss()));
      assertEquals(1, optimizer.steps());
      assertEquals(before, network.parameters().flat());
      assertEquals(state, optimizer.state().orElseThrow());
      // A loss that the host computes, and a step that the device makes.
      step = optimizer.train(bad, Losses.of(Loss.focal(Nd4j.createFromArray(0, 1), 2)));
      assertFalse(step.made());
      assertEquals(before, network.parameters().flat());
    }
  }

  @Test
  void accumulatedGradientsAreNotForgotten() {
    try (Network network = network()) {
      Optimizer optimizer = DeviceStepsTest.momentum(network);
      network.train(images(network, 2, 1), labels(2));
      optimizer.accumulate(2);
      assertThrows(
          IllegalStateException.class, () -> optimizer.train(images(network, 2, 1), labels(2)));
      optimizer.step();
      assertTrue(optimizer.train(images(network, 2, 1), labels(2)).made());
    }
  }

  @Test
  void inBfloat16TheLossesAreTheHostsToo() {
    NetworkOptions rounded =
        NetworkOptions.defaults().seed(3).engine(emulator.engine(Numerics.BFLOAT16));
    try (Network host = Networks.create(TestNetworks.TinyResNetBasic.class, rounded);
        Network device = Networks.create(TestNetworks.TinyResNetBasic.class, rounded)) {
      Optimizer ofHost = DeviceStepsTest.momentum(host);
      Optimizer ofDevice = DeviceStepsTest.momentum(device);
      INDArray images = images(host, 3, 1);
      double first = 0;
      double last = 0;
      for (int step = 0; step < 4; step++) {
        last = ofDevice.train(images, labels(3)).result().loss();
        first = step == 0 ? last : first;
        assertEquals(onHost(host, ofHost, images, labels(3)).result().loss(), last, 0.01);
      }
      assertTrue(last < first, first + " to " + last);
    }
  }

  private static DataLoader data(Network network) {
    int[] labels = {0, 1, 2, 2, 1, 0, 0, 1, 2, 1, 0};
    ArrayDataset all = ArrayDataset.of(images(network, 11, 4), List.of("a", "b", "c"), labels);
    return DataLoader.of(all).batchSize(4).shuffle(true).seed(9).build();
  }

  private static Trainer trainer(Network network) {
    return Trainer.of(network)
        .updater(new Adam(0.02))
        .decoupledWeightDecay(0.01)
        .schedule(Schedule.cosine())
        .labelSmoothing(0.1)
        .clipNorm(1)
        .averageWeights(0.9)
        .progress(false);
  }

  @Test
  void aTrainingThatIsTakenUpAgainEndsWithTheSameBits() {
    INDArray expected;
    try (Network network = network();
        DataLoader data = data(network)) {
      trainer(network).epochs(3).fit(data);
      expected = network.parameters().flat();
    }
    // A process that dies after two steps, one that dies after three more, and one that ends.
    for (int steps : new int[] {2, 3}) {
      try (Network network = network();
          DataLoader data = data(network)) {
        Trainer dying = resumable(network).listener(dyingAfter(steps));
        assertThrows(CancellationException.class, () -> dying.fit(data));
      }
    }
    try (Network network = network();
        DataLoader data = data(network)) {
      resumable(network).fit(data);
      assertEquals(expected, network.parameters().flat());
    }
  }

  private Trainer resumable(Network network) {
    return trainer(network).epochs(3).checkpoints(folder).checkpointEvery(1);
  }

  private static TrainingListener dyingAfter(int steps) {
    return new TrainingListener() {
      private int seen;

      @Override
      public void onStep(Step step) {
        seen++;
        if (seen == steps) {
          throw new CancellationException();
        }
      }
    };
  }

  @Test
  void trainingSaysWhereItDiverges() {
    try (Network network = network();
        DataLoader data = data(network)) {
      network.parameters().set("fc.bias", Double.NaN, 0, 0);
      DivergedException error =
          assertThrows(DivergedException.class, () -> trainer(network).epochs(1).fit(data));
      assertTrue(String.valueOf(error.getMessage()).contains("the loss is NaN"), error::toString);
    }
  }

  @Test
  void everyCallOfAWholeStepMayFailOnce() {
    try (Network network = network()) {
      DeviceStepsTest.momentum(network).train(images(network, 2, 1), labels(2));
    }
    long before = emulator.live();
    for (boolean bound : new boolean[] {true, false}) {
      long calls;
      try (Network network = network()) {
        Optimizer optimizer = prepared(network, bound);
        emulator.failAt(0);
        optimizer.train(images(network, 2, 1), labels(2));
        calls = emulator.calls();
      }
      assertEquals(before, emulator.live(), "a network that was closed leaves nothing");
      // Trying every call takes minutes; the strides pass all kinds of them.
      for (long n = 1; n <= calls; n += bound ? 7 : 61) {
        try (Network network = network()) {
          Optimizer optimizer = prepared(network, bound);
          INDArray images = images(network, 2, 1);
          emulator.failAt(n);
          RuntimeException error =
              assertThrows(RuntimeException.class, () -> optimizer.train(images, labels(2)));
          String function = emulator.failed();
          assertNotEquals("", function, "call " + n);
          assertTrue(bound ? error instanceof CudaException : error.getMessage() != null);
          emulator.failAt(0);
          assertTrue(optimizer.train(images, labels(2)).made(), "after " + function);
        }
        assertEquals(before, emulator.live(), "leaked after call " + n);
      }
    }
  }

  private static Optimizer prepared(Network network, boolean bound) {
    Optimizer optimizer = DeviceStepsTest.momentum(network);
    if (bound) {
      network.train(images(network, 2, 1), labels(2));
    }
    return optimizer;
  }
}
