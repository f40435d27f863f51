package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.CudaException;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.train.Adam;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.ParameterGroup;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Optimizers that step on the device leave what they leave when they step on the host, bit for bit:
 * the emulator rounds as Java does.
 */
class DeviceStepsTest {
  private final Emulator emulator = Emulator.get();
  private final CudaEngine engine = emulator.engine(Numerics.FLOAT);

  @BeforeEach
  @AfterEach
  void failNothing() {
    emulator.failAt(0);
  }

  private TestNetworks.TinyResNetBasic network() {
    return Networks.create(
        TestNetworks.TinyResNetBasic.class, NetworkOptions.defaults().seed(3).engine(engine));
  }

  private static INDArray images(int batch, int seed) {
    INDArray images = Nd4j.create(DataType.FLOAT, batch, 3, 8, 8);
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < images.length(); i++) {
      images.putScalar(i, 2 * random.nextDouble() - 1);
    }
    return images;
  }

  private static Loss loss(int batch) {
    int[] labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = i % 3;
    }
    return Loss.softmaxCrossEntropy(labels);
  }

  /** Who has asked for the gradients may have changed them: the step is made on the host. */
  private static void onHost(Network network) {
    network.gradients().flat();
  }

  private static void train(Network network, Optimizer optimizer, int batch, boolean device) {
    network.train(images(batch, batch), loss(batch));
    if (!device) {
      onHost(network);
    }
    optimizer.step();
  }

  /** What a training run leaves. */
  private record Left(Map<String, float[]> parameters, float[] state, float[] gradients) {
    static Left of(Network network, Optimizer optimizer) {
      Map<String, float[]> values =
          network.parameters().names().stream()
              .collect(
                  Collectors.toMap(
                      name -> name,
                      name ->
                          network.parameters().get(name).castTo(DataType.FLOAT).data().asFloat()));
      return new Left(
          values,
          optimizer.state().map(s -> s.data().asFloat()).orElse(new float[0]),
          network.gradients().flat().data().asFloat());
    }

    void assertEqualTo(Left expected) {
      expected.parameters.forEach(
          (name, values) -> assertArrayEquals(values, parameters.get(name), name));
      assertArrayEquals(expected.state, state, "state");
      assertArrayEquals(expected.gradients, gradients, "gradients");
    }
  }

  /** What is done with a network and its optimizer, on the device or on the host. */
  private interface Training {
    void run(Network network, Optimizer optimizer, boolean device);
  }

  private Left run(Function<Network, Optimizer> optimizer, Training training, boolean device) {
    try (Network network = network()) {
      Optimizer made = optimizer.apply(network);
      training.run(network, made, device);
      return Left.of(network, made);
    }
  }

  private void assertSame(Function<Network, Optimizer> optimizer, Training training) {
    Left expected = run(optimizer, training, false);
    assertTrue(expected.state.length > 0);
    run(optimizer, training, true).assertEqualTo(expected);
  }

  static Optimizer momentum(Network network) {
    return Optimizer.of(network, new Momentum(0.05, 0.9)).weightDecay(1e-2);
  }

  static Optimizer adam(Network network) {
    return Optimizer.of(network, new Adam(0.01));
  }

  static Stream<Function<Network, Optimizer>> optimizers() {
    return Stream.of(
        DeviceStepsTest::momentum,
        net -> Optimizer.of(net, new Momentum(0.1, 0)),
        net -> Optimizer.of(net, Momentum.nesterov(0.05, 0.9)).decoupledWeightDecay(0.1),
        net -> momentum(net).decayNormsAndBiases(false),
        net ->
            momentum(net)
                .groups(
                    ParameterGroup.named("layer1").rate(0.1).weightDecay(0.5),
                    ParameterGroup.ofKinds(Kind.LINEAR_WEIGHT).rate(3).decoupledWeightDecay(0.2)),
        net -> momentum(net).clipNorm(0.01),
        net -> momentum(net).clipNorm(1e6),
        DeviceStepsTest::adam,
        net -> adam(net).decoupledWeightDecay(0.3).decayNormsAndBiases(false).clipNorm(0.5));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void stepsAsOnTheHost(Function<Network, Optimizer> optimizer) {
    assertSame(
        optimizer,
        (network, made, device) -> {
          for (int step = 0; step < 4; step++) {
            made.updater().setLrAndSchedule(0.05 / (step + 1), null);
            train(network, made, 2, device);
          }
        });
  }

  @Test
  void neitherGradientsNorParametersComeToTheHostUntilTheyAreAskedFor() {
    try (Network network = network()) {
      Optimizer optimizer = momentum(network);
      train(network, optimizer, 2, true);
      long before = emulator.bytesToHost();
      train(network, optimizer, 2, true);
      int results = OptimizerMemory.RESULTS * Double.BYTES;
      assertEquals(
          2 * 3 * Float.BYTES + results,
          emulator.bytesToHost() - before,
          "the outputs, and what the step came to");
      before = emulator.bytesToHost();
      float[] first = network.parameters().get("conv1.weight").data().asFloat();
      long fetched = emulator.bytesToHost() - before;
      assertTrue(fetched >= network.parameters().count() * Float.BYTES, "fetched " + fetched);
      network.parameters().get("fc.weight");
      assertEquals(fetched, emulator.bytesToHost() - before, "fetched once");
      train(network, optimizer, 2, true);
      assertFalse(List.of(first).equals(network.parameters().get("conv1.weight").data().asFloat()));
    }
  }

  @Test
  void whatIsWrittenBetweenStepsReachesTheDevice() {
    assertSame(
        DeviceStepsTest::momentum,
        (network, optimizer, device) -> {
          train(network, optimizer, 2, device);
          INDArray bias = network.parameters().get("fc.bias");
          network.parameters().set("fc.bias", bias.add(1));
          train(network, optimizer, 2, device);
          network.parameters().write(memory -> memory.flat().muli(0.5));
          network.parameters().set("bn1.running_mean", new double[4]);
          // A change after the pass, before its step.
          network.train(images(2, 7), loss(2));
          network.parameters().set("fc.bias", bias);
          if (!device) {
            onHost(network);
          }
          optimizer.step();
          train(network, optimizer, 2, device);
        });
  }

  @Test
  void inferenceSeesEachStep() {
    try (Network network = network()) {
      Optimizer optimizer = momentum(network);
      float[] before = network.forward(images(2, 1)).data().asFloat();
      train(network, optimizer, 2, true);
      float[] after = network.forward(images(2, 1)).data().asFloat();
      assertNotEquals(before[0], after[0]);
      try (Network other = network()) {
        other.parameters().write(m -> m.flat().assign(network.parameters().flat()));
        network.parameters().copies().entrySet().stream()
            .filter(entry -> !entry.getKey().endsWith("num_batches_tracked"))
            .forEach(entry -> other.parameters().set(entry.getKey(), entry.getValue()));
        assertArrayEquals(after, other.forward(images(2, 1)).data().asFloat());
      }
    }
  }

  @Test
  void frozenLayersAndWhatIsRememberedOfThemStay() {
    assertSame(
        DeviceStepsTest::momentum,
        (network, optimizer, device) -> {
          train(network, optimizer, 2, device);
          network.freeze("conv1", "bn1", "layer1");
          INDArray frozen = network.parameters().get("conv1.weight");
          train(network, optimizer, 2, device);
          train(network, optimizer, 2, device);
          assertEquals(frozen, network.parameters().get("conv1.weight"));
          network.freeze();
          train(network, optimizer, 2, device);
          assertNotEquals(frozen, network.parameters().get("conv1.weight"));
        });
  }

  @Test
  void passesOfSeveralBatchSizesShareWhatIsThere() {
    assertSame(
        DeviceStepsTest::adam,
        (network, optimizer, device) -> {
          for (int batch : new int[] {2, 3, 1, 2, 3}) {
            train(network, optimizer, batch, device);
          }
        });
  }

  @Test
  void aPlanIsBoundBetweenAPassAndItsStep() {
    assertSame(
        DeviceStepsTest::momentum,
        (network, optimizer, device) -> {
          train(network, optimizer, 2, device);
          network.train(images(2, 2), loss(2));
          // Too many labels: refused after the plan of the third size is bound, or before.
          assertThrows(IllegalArgumentException.class, () -> network.train(images(3, 2), loss(4)));
          network.forward(images(3, 1));
          if (!device) {
            onHost(network);
          }
          optimizer.step();
        });
  }

  @Test
  void gradientsThatWereAccumulatedOrChangedCount() {
    assertSame(
        DeviceStepsTest::momentum,
        (network, optimizer, device) -> {
          train(network, optimizer, 2, device);
          network.train(images(2, 5), loss(2));
          optimizer.accumulate(2);
          network.train(images(3, 6), loss(3));
          optimizer.accumulate(3);
          optimizer.step();
          train(network, optimizer, 2, device);
          network.train(images(2, 5), loss(2));
          network.gradients().flat().muli(10);
          optimizer.step();
          train(network, optimizer, 2, device);
        });
    try (Network network = network()) {
      network.train(images(2, 5), loss(2));
      INDArray before = network.parameters().flat();
      network.gradients().clear();
      Optimizer.of(network, new Momentum(0.1, 0.9)).step();
      assertEquals(before, network.parameters().flat(), "gradients that were made zero");
    }
  }

  @Test
  void optimizersTakeTurns() {
    assertSame(
        DeviceStepsTest::momentum,
        (network, optimizer, device) -> {
          Optimizer other = adam(network);
          Optimizer plain = Optimizer.of(network, new Sgd(0.01));
          for (int step = 0; step < 2; step++) {
            train(network, optimizer, 2, device);
            train(network, other, 2, device);
            train(network, plain, 2, device);
          }
        });
  }

  @Test
  void whatIsRememberedGoesOnFromWhatItsOwnerWrites() {
    assertSame(
        DeviceStepsTest::adam,
        (network, optimizer, device) -> {
          train(network, optimizer, 2, device);
          INDArray state = optimizer.state().orElseThrow();
          state.muli(0.5);
          train(network, optimizer, 2, device);
          INDArray kept = optimizer.state().orElseThrow().dup();
          train(network, optimizer, 2, device);
          optimizer.restore(1, Optional.of(kept));
          train(network, optimizer, 2, device);
        });
  }

  @Test
  void aStepWithoutGradientsIsRefused() {
    try (Network network = network()) {
      Optimizer optimizer = momentum(network);
      assertThrows(IllegalStateException.class, optimizer::step);
    }
  }

  @Test
  void everyCallOfAStepMayFailOnce() {
    long before;
    try (Network network = network()) {
      train(network, momentum(network), 2, true);
    }
    before = emulator.live();
    long calls;
    try (Network network = network()) {
      Optimizer optimizer = momentum(network);
      network.train(images(2, 2), loss(2));
      emulator.failAt(0);
      optimizer.step();
      optimizer.state();
      calls = emulator.calls();
    }
    assertEquals(before, emulator.live(), "a network that was closed leaves nothing");
    assertTrue(calls > 10, "calls " + calls);
    for (long n = 1; n <= calls; n++) {
      try (Network network = network()) {
        Optimizer optimizer = momentum(network);
        network.train(images(2, 2), loss(2));
        emulator.failAt(n);
        CudaException error =
            assertThrows(
                CudaException.class,
                () -> {
                  optimizer.step();
                  optimizer.state();
                });
        assertTrue(String.valueOf(error.getMessage()).contains(emulator.failed()), error::toString);
        emulator.failAt(0);
        network.train(images(2, 2), loss(2));
        optimizer.step();
        assertTrue(
            Double.isFinite(network.parameters().flat().sumNumber().doubleValue()), "call " + n);
      }
      assertEquals(before, emulator.live(), "leaked after call " + n);
    }
  }
}
