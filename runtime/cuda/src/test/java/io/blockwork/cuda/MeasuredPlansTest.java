package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.cuda.dnn.ConvolutionProblem;
import io.blockwork.cuda.dnn.ConvolutionProblem.Epilogue;
import io.blockwork.cuda.dnn.ConvolutionProblem.Kind;
import io.blockwork.cuda.dnn.ConvolutionProblem.Window;
import io.blockwork.cuda.dnn.CudnnConvolutions;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.CudaLibraries;
import io.blockwork.cuda.driver.Device;
import io.blockwork.engine.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which of cuDNN's plans is taken where they are measured. The emulator proposes engines 0, 1 and
 * 2, of which 1 is the fastest and 0 the slowest.
 */
class MeasuredPlansTest {
  private static final ConvolutionProblem PROBLEM = problem(Kind.FORWARD);

  @TempDir private static Path folder;

  private final Emulator emulator = Emulator.get();
  private final Device device = Device.open(CudaLibraries.load(emulator.folders()), 0);

  @BeforeEach
  @AfterEach
  void failNothing() {
    emulator.failAt(0);
    emulator.capacity(1L << 40);
  }

  private static ConvolutionProblem problem(Kind kind) {
    Epilogue epilogue = kind == Kind.FORWARD ? new Epilogue(true, 16, true) : Epilogue.NONE;
    Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1);
    return new ConvolutionProblem(
        kind, Numerics.BFLOAT16, 2, 8, 5, 6, 16, 5, 6, window, 1, 8, 16, epilogue);
  }

  private long engine(boolean deterministic, Optional<Tuning> tuning, ConvolutionProblem problem) {
    device.use();
    return new CudnnConvolutions(device, deterministic, tuning)
        .find(problem)
        .orElseThrow()
        .engine();
  }

  private long engine(Tuning tuning) {
    return engine(false, Optional.of(tuning), PROBLEM);
  }

  @Test
  void takesTheFirstProposalWhereNothingIsMeasured() {
    assertEquals(0, engine(false, Optional.empty(), PROBLEM));
  }

  @Test
  void takesTheFastestForEachKindOfConvolution() {
    for (Kind kind : Kind.values()) {
      assertEquals(1, engine(false, Optional.of(Tuning.inMemory()), problem(kind)), kind::name);
    }
  }

  @Test
  void measuresNothingWhereDeterminismIsAskedFor() {
    Path file = folder.resolve("deterministic.txt");
    assertEquals(0, engine(true, Optional.of(Tuning.keptIn(file)), PROBLEM));
    assertFalse(Files.exists(file));
  }

  @Test
  void takesWhatAFileSaysForThisCardAndVersion() throws IOException {
    Path file = folder.resolve("kept.txt");
    assertEquals(1, engine(Tuning.keptIn(file)));
    String text = Files.readString(file);
    assertTrue(text.contains("emulator (compute capability 9.0), cuDNN 91400, Blockwork "), text);
    assertTrue(text.contains("\tA-SUM_FIRST proposal 1 engine 1\n"), text);
    Files.writeString(file, text.replace("proposal 1 engine 1", "proposal 2 engine 2"));
    assertEquals(2, engine(Tuning.keptIn(file)));
    Files.writeString(file, text.replace("A-SUM_FIRST proposal 1 engine 1", "FIRST"));
    assertEquals(0, engine(Tuning.keptIn(file)));
    Files.writeString(file, text.replace("cuDNN 91400", "cuDNN 91300").replace(" 1 ", " 2 "));
    assertEquals(1, engine(Tuning.keptIn(file)), "another version's plans are its own");
  }

  @Test
  void takesTheFirstProposalWhereTheFilesOneIsNotThere() throws IOException {
    Path file = folder.resolve("gone.txt");
    assertEquals(1, engine(Tuning.keptIn(file)));
    String text = Files.readString(file);
    Files.writeString(file, text.replace("proposal 1 engine 1", "proposal 1 engine 9"));
    assertEquals(0, engine(Tuning.keptIn(file)));
    Files.writeString(file, text.replace("proposal 1 engine 1", "proposal 99 engine 1"));
    assertEquals(0, engine(Tuning.keptIn(file)));
  }

  @Test
  void measuresAnewWhatMakesNoSense() throws IOException {
    Path file = folder.resolve("nonsense.txt");
    assertEquals(1, engine(Tuning.keptIn(file)));
    String text = Files.readString(file);
    for (String nonsense : new String[] {"", "C-SUM_FIRST proposal 1 engine 1", "proposal -1"}) {
      Files.writeString(file, text.replace("A-SUM_FIRST proposal 1 engine 1", nonsense));
      assertEquals(1, engine(Tuning.keptIn(file)), nonsense);
    }
    Files.writeString(file, "damaged");
    assertEquals(1, engine(Tuning.keptIn(file)));
  }

  @Test
  void measuresLaterWhereMemoryIsShort() {
    Tuning tuning = Tuning.inMemory();
    emulator.capacity(1000);
    assertEquals(0, engine(tuning));
    emulator.capacity(1L << 40);
    assertEquals(1, engine(tuning));
  }

  @Test
  void leavesNothingWhicheverCallFails() {
    Window window = new Window(1, 1, 1, 1, 0, 0, 1, 1);
    var small =
        new ConvolutionProblem(
            Kind.FORWARD, Numerics.BFLOAT16, 1, 8, 1, 1, 8, 1, 1, window, 1, 8, 8, Epilogue.NONE);
    device.use();
    emulator.failAt(0);
    new CudnnConvolutions(device, false, Optional.of(Tuning.inMemory())).find(small);
    long calls = emulator.calls();
    Set<String> failed = new TreeSet<>();
    for (long n = 1; n <= calls; n++) {
      var plans = new CudnnConvolutions(device, false, Optional.of(Tuning.inMemory()));
      long before = emulator.live();
      emulator.failAt(n);
      CudaException error = assertThrows(CudaException.class, () -> plans.find(small), "call " + n);
      failed.add(emulator.failed());
      assertTrue(String.valueOf(error.getMessage()).contains(emulator.failed()), error::toString);
      assertEquals(before, emulator.live(), "leaked when " + emulator.failed() + " failed");
      emulator.failAt(0);
      assertEquals(1, plans.find(small).orElseThrow().engine(), "after " + failed);
    }
    assertTrue(
        failed.containsAll(
            Set.of(
                "cuStreamCreate",
                "cuMemAlloc_v2",
                "cudnnSetStream",
                "cudnnBackendExecute",
                "cuStreamBeginCapture_v2",
                "cuGraphInstantiateWithFlags",
                "cuGraphLaunch",
                "cuEventCreate",
                "cuEventRecord",
                "cuEventSynchronize",
                "cuEventElapsedTime")),
        failed::toString);
  }

  @Test
  void aNetworkRunsOnThePlansThatWereMeasured() {
    CudaEngine plain =
        CudaEngine.open(emulator.folders(), 0, Numerics.BFLOAT16, false, Optional.empty());
    CudaEngine measured =
        CudaEngine.open(
            emulator.folders(), 0, Numerics.BFLOAT16, false, Optional.of(Tuning.inMemory()));
    try (Network first = network(plain);
        Network second = network(measured)) {
      float[] images = new float[3 * 8 * 8];
      assertArrayEquals(first.forward(images), second.forward(images));
      assertFalse(profile(first).contains("cuDNN engine 1"));
      assertTrue(profile(second).contains("cuDNN engine 1"));
      assertFalse(profile(second).contains("cuDNN engine 0"));
    }
  }

  private static Network network(CudaEngine engine) {
    return Networks.create(
        TestNetworks.TinyResNetBasic.class, NetworkOptions.defaults().seed(1).engine(engine));
  }

  private static String profile(Network network) {
    return network.profile(Nd4j.zeros(DataType.FLOAT, 1, 3, 8, 8));
  }
}
