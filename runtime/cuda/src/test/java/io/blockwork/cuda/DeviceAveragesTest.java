package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.CudaException;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.WeightAverage;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Averages that are kept on the device are those that are kept on the host. */
class DeviceAveragesTest {
  private static final double DECAY = 0.7;
  private static final int BATCH = 2;

  private final Emulator emulator = Emulator.get();
  private final CudaEngine engine = emulator.engine(Numerics.FLOAT);

  @BeforeEach
  @AfterEach
  void failNothing() {
    emulator.failAt(0);
  }

  private Network network() {
    return Networks.create(
        TestNetworks.TinyResNetBasic.class, NetworkOptions.defaults().seed(3).engine(engine));
  }

  private static void step(Optimizer optimizer, int seed) {
    INDArray images = Nd4j.create(DataType.FLOAT, BATCH, 3, 8, 8);
    for (long i = 0; i < images.length(); i++) {
      images.putScalar(i, ((i + seed) * 31 % 17) / 8.0 - 1);
    }
    optimizer.train(images, Losses.of(Loss.softmaxCrossEntropy(0, 2)));
  }

  private static Optimizer optimizer(Network network) {
    return Optimizer.of(network, new Momentum(0.02, 0.9));
  }

  private static Map<String, float[]> values(Network network) {
    Map<String, float[]> all = new TreeMap<>();
    for (String name : network.parameters().names()) {
      all.put(name, network.parameters().get(name).castTo(DataType.FLOAT).data().asFloat());
    }
    return all;
  }

  private static void assertSame(Map<String, float[]> expected, Map<String, float[]> got) {
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, got.get(name), 1e-6f, name));
  }

  /** What is averaged, looked at, and averaged again, and what the network has then. */
  private Map<String, float[]> averaged(boolean device, int steps) {
    try (Network network = network()) {
      Optimizer optimizer = optimizer(network);
      WeightAverage average =
          device
              ? new WeightAverage(network, DECAY)
              : new WeightAverage(network.parameters(), DECAY);
      for (int i = 0; i < steps; i++) {
        step(optimizer, i);
        average.update();
        if (i == 2) {
          average.swap();
          average.swap();
        }
      }
      average.swap();
      return values(network);
    }
  }

  @Test
  void averagesAsTheHostDoes() {
    assertSame(averaged(false, 5), averaged(true, 5));
  }

  @Test
  void fetchesNothingUntilSomebodyLooks() {
    try (Network network = network()) {
      Optimizer optimizer = optimizer(network);
      WeightAverage average = new WeightAverage(network, DECAY);
      step(optimizer, 0);
      average.update();
      long before = emulator.bytesToHost();
      step(optimizer, 1);
      long ofStep = emulator.bytesToHost() - before;
      average.update();
      step(optimizer, 2);
      average.update();
      assertEquals(before + 2 * ofStep, emulator.bytesToHost());
    }
  }

  @Test
  void seesWhatIsWrittenOnTheHost() {
    try (Network network = network()) {
      WeightAverage average = new WeightAverage(network, DECAY);
      step(optimizer(network), 0);
      average.update();
      double old = network.parameters().get("fc.bias").getDouble(2);
      network.parameters().set("fc.bias", Nd4j.createFromArray(1f, 2f, 3f));
      average.update();
      average.swap();
      double mixed = network.parameters().get("fc.bias").getDouble(2);
      assertEquals(DECAY * old + (1 - DECAY) * 3, mixed, 1e-6);
    }
  }

  @Test
  void keepsTheAverageWhenTheNetworkClosesItsPlans() {
    Map<String, float[]> expected;
    Map<String, float[]> got;
    try (Network network = network()) {
      Optimizer optimizer = optimizer(network);
      WeightAverage average = new WeightAverage(network, DECAY);
      WeightAverage second = new WeightAverage(network.parameters(), DECAY);
      for (int i = 0; i < 2; i++) {
        step(optimizer, i);
        average.update();
        second.update();
      }
      // Frozen layers ask for other plans; meanwhile there is none.
      network.freeze("conv1");
      average.update();
      second.update();
      average.swap();
      got = values(network);
      average.swap();
      second.swap();
      expected = values(network);
    }
    assertSame(expected, got);
  }

  @Test
  void averagesOnTheHostWhereTheDeviceHasNoMemoryLeft() {
    Map<String, float[]> expected = averaged(false, 2);
    try (Network network = network()) {
      Optimizer optimizer = optimizer(network);
      WeightAverage average = new WeightAverage(network, DECAY);
      step(optimizer, 0);
      emulator.capacity(0);
      average.update();
      emulator.capacity(1L << 40);
      step(optimizer, 1);
      average.update();
      average.swap();
      assertSame(expected, values(network));
    }
  }

  @Test
  void everyCallMayFailOnce() {
    // Kernels are compiled once, and stay.
    Map<String, float[]> expected = averaged(true, 2);
    long before = emulator.live();
    long calls = 1;
    for (long n = 0; n <= calls; n++) {
      try (Network network = network()) {
        Optimizer optimizer = optimizer(network);
        WeightAverage average = new WeightAverage(network, DECAY);
        step(optimizer, 0);
        emulator.failAt(n);
        if (n == 0) {
          average.update();
          calls = emulator.calls();
        } else {
          assertThrows(CudaException.class, average::update, "call " + n);
          emulator.failAt(0);
          average.update();
        }
        step(optimizer, 1);
        average.update();
        average.swap();
        assertSame(expected, values(network));
      }
      assertEquals(before, emulator.live(), "leaked after call " + n);
    }
  }
}
