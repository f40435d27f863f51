package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.CudaException;
import io.blockwork.loss.Loss;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Calls of CUDA and cuDNN that fail: a clear error, nothing leaked, and the next try works. */
class FailingCallsTest {
  private static final int BATCH = 2;
  private static final int IMAGE = 3 * 8 * 8;

  private final Emulator emulator = Emulator.get();

  @BeforeEach
  @AfterEach
  void failNothing() {
    emulator.failAt(0);
    emulator.capacity(1L << 40);
  }

  private static TestNetworks.TinyResNetBasic network(CudaEngine engine) {
    return Networks.create(
        TestNetworks.TinyResNetBasic.class, NetworkOptions.defaults().seed(1).engine(engine));
  }

  private static float[] images() {
    float[] images = new float[BATCH * IMAGE];
    for (int i = 0; i < images.length; i++) {
      images[i] = (i * 31 % 17) / 8f - 1;
    }
    return images;
  }

  @Test
  void everyCallOfInferenceMayFailOnce() {
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    float[] expected;
    try (Network network = network(engine)) {
      expected = network.forward(images());
    }
    long before = emulator.live();
    long calls;
    try (Network network = network(engine)) {
      emulator.failAt(0);
      network.forward(images());
      calls = emulator.calls();
    }
    assertEquals(before, emulator.live(), "a network that was closed leaves nothing");
    Set<String> failed = new TreeSet<>();
    for (long n = 1; n <= calls; n++) {
      try (Network network = network(engine)) {
        emulator.failAt(n);
        RuntimeException error =
            assertThrows(RuntimeException.class, () -> network.forward(images()));
        String function = emulator.failed();
        failed.add(function);
        assertFalse(function.isEmpty(), "call " + n);
        assertTrue(
            says(error, function), "call " + n + ": " + error + " does not name " + function);
        emulator.failAt(0);
        assertArrayEquals(expected, network.forward(images()), "after " + function);
      }
      assertEquals(before, emulator.live(), "leaked after call " + n + ", " + failed);
    }
    assertTrue(
        failed.containsAll(
            Set.of(
                "cuMemAlloc_v2",
                "cuMemHostAlloc",
                "cuStreamCreate",
                "cuStreamBeginCapture_v2",
                "cuStreamEndCapture",
                "cuGraphInstantiateWithFlags",
                "cuGraphLaunch",
                "cuLaunchKernel",
                "cuStreamSynchronize",
                "cuMemcpyHtoDAsync_v2",
                "cuMemcpyDtoHAsync_v2",
                "cudnnSetStream",
                "cudnnBackendExecute")),
        failed::toString);
  }

  private static boolean says(Throwable error, String function) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t.getMessage() != null && t.getMessage().contains(function)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void callsThatOpenADeviceMayFailOnce() {
    emulator.failAt(0);
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    long calls = emulator.calls();
    for (long n = 1; n <= calls; n++) {
      long opened = emulator.opened();
      emulator.failAt(n);
      RuntimeException error =
          assertThrows(RuntimeException.class, () -> emulator.engine(Numerics.FLOAT));
      assertTrue(says(error, emulator.failed()), error::toString);
      // Others may have been collected as garbage meanwhile.
      assertTrue(emulator.opened() <= opened, "something was left open after call " + n);
    }
    emulator.failAt(0);
    assertEquals("cuda", engine.name());
  }

  @Test
  void everyCallOfATrainingStepMayFailOnce() {
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    INDArray images = Nd4j.createFromArray(images()).reshape(BATCH, 3, 8, 8);
    Loss loss = Loss.softmaxCrossEntropy(0, 2);
    double expected;
    try (Network network = network(engine)) {
      expected = network.train(images, loss).loss();
    }
    long before = emulator.live();
    long calls;
    try (Network network = network(engine)) {
      emulator.failAt(0);
      network.train(images, loss);
      calls = emulator.calls();
    }
    assertEquals(before, emulator.live(), "a network that was closed leaves nothing");
    // Trying every call takes a minute; the stride passes all kinds of them.
    for (long n = 1; n <= calls; n += 7) {
      try (Network network = network(engine)) {
        emulator.failAt(n);
        RuntimeException error =
            assertThrows(RuntimeException.class, () -> network.train(images, loss));
        assertTrue(says(error, emulator.failed()), "call " + n + ": " + error);
      }
      assertEquals(before, emulator.live(), "leaked after call " + n + ", " + emulator.failed());
    }
    emulator.failAt(0);
    try (Network network = network(engine)) {
      assertEquals(expected, network.train(images, loss).loss());
    }
  }

  @Test
  void closingGivesEverythingBackWhateverFails() {
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    network(engine).close();
    try (Network network = network(engine)) {
      network.forward(images());
    }
    long before = emulator.live();
    for (long n = 1; n <= 8; n++) {
      Network network = network(engine);
      network.forward(images());
      emulator.failAt(n);
      assertThrows(CudaException.class, network::close, "call " + n);
      emulator.failAt(0);
      assertEquals(before, emulator.live(), "leaked when call " + n + " failed");
    }
  }

  @Test
  void tellsOfMemoryThatIsNotEnough() {
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    try (Network network = network(engine)) {
      network.forward(images());
      emulator.capacity(100_000);
      float[] many = new float[60 * IMAGE];
      OutOfMemoryError error = assertThrows(OutOfMemoryError.class, () -> network.forward(many));
      String message = String.valueOf(error.getMessage());
      assertTrue(message.contains("TinyResNetBasic"), message);
      assertTrue(message.contains("a batch of 60 takes "), message);
      assertTrue(message.contains("the largest batch that fits is about "), message);
      emulator.capacity(1L << 40);
      assertEquals(180, network.forward(many).length);
    }
  }

  @Test
  void refusesParametersInDouble() {
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    NetworkOptions options = NetworkOptions.defaults().dataType(DataType.DOUBLE).engine(engine);
    try (Network network = Networks.create(TestNetworks.TinyResNetBasic.class, options)) {
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> network.forward(images()));
      assertTrue(String.valueOf(error.getMessage()).contains("FLOAT"), error::toString);
    }
  }

  @Test
  void severalThreadsMayCallForward() {
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    try (Network network = network(engine)) {
      float[] expected = network.forward(images());
      boolean same =
          Arrays.asList(0, 1, 2, 3, 4, 5, 6, 7).parallelStream()
              .allMatch(i -> Arrays.equals(expected, network.forward(images())));
      assertTrue(same);
    }
  }

  @Test
  void namesTheLayerOfAKernelThatFails() {
    CudaEngine engine = emulator.engine(Numerics.FLOAT);
    try (Network network = network(engine)) {
      network.forward(images());
      emulator.failAt(0);
      network.forward(images());
      long calls = emulator.calls();
      for (long n = 1; n <= calls; n++) {
        emulator.failAt(n);
        assertThrows(CudaException.class, () -> network.forward(images()));
        emulator.failAt(0);
        network.forward(images());
      }
    }
  }
}
