package io.blockwork.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.spark.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A master, two workers, their executors and drivers as processes, some of which are killed in the
 * middle of a round: the training ends with the same bits.
 */
@Timeout(value = ClusterTest.LIMIT, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterTest {
  /** In seconds; more than one thing waited for. */
  static final long LIMIT = 2 * ChildProcess.SECONDS;

  private static final int EACH = 24;
  private static final int PICTURES = 4 * EACH;
  private static final Predicate<String> ALL = jar -> true;

  @TempDir static Path folder;
  private static Cluster cluster;
  private static byte[] undisturbed;

  @BeforeAll
  @Timeout(value = LIMIT, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  static void start() throws Exception {
    Pictures.write(folder.resolve("pictures"), EACH, 2);
    cluster = new Cluster(folder, Cluster.Settings.light());
    Path run = folder.resolve("undisturbed");
    String output = driver(run, Gate.OPEN, Map.of(), ALL, "train", "predict").output();
    assertTrue(output.contains("done: train"), output);
    assertTrue(output.contains("named: " + PICTURES), output);
    undisturbed = weights(run);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
      assertEquals(List.of(), cluster.executors());
    }
  }

  private static ChildProcess driver(
      Path run, int gate, Map<String, String> spark, Predicate<String> goes, String... work)
      throws IOException {
    String[] arguments = new String[3 + work.length];
    arguments[0] = folder.resolve("pictures").toString();
    arguments[1] = Files.createDirectories(run).toString();
    arguments[2] = Integer.toString(gate);
    System.arraycopy(work, 0, arguments, 3, work.length);
    return cluster.driver(goes, spark, ClusterRun.class, arguments);
  }

  private static byte[] weights(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("final.safetensors"));
  }

  private static void requireSameEnd(Path run, ChildProcess driver) throws Exception {
    String output = driver.output();
    assertTrue(output.contains("done: train"), output);
    assertArrayEquals(undisturbed, weights(run), output);
  }

  private static void kill(long process) throws Exception {
    ProcessHandle handle = ProcessHandle.of(process).orElseThrow();
    assertTrue(handle.destroyForcibly());
    handle.onExit().get();
  }

  @Test
  void anExecutorIsKilledInARound() throws Exception {
    Path run = folder.resolve("executor");
    try (Gate gate = new Gate()) {
      ChildProcess driver = driver(run, gate.port(), Map.of(), ALL, "train");
      try (Gate.Held held = gate.await()) {
        kill(held.executor());
      }
      requireSameEnd(run, driver);
    }
  }

  @Test
  void aWorkerIsKilledInARound() throws Exception {
    Path run = folder.resolve("worker");
    try (Gate gate = new Gate()) {
      ChildProcess driver = driver(run, gate.port(), Map.of(), ALL, "train");
      int killed;
      try (Gate.Held held = gate.await()) {
        killed = cluster.killWorkerOf(held.executor());
        // Its executor is not told to end: it sees that its worker is gone.
        ProcessHandle.of(held.executor()).ifPresent(executor -> executor.onExit().join());
      }
      requireSameEnd(run, driver);
      cluster.startWorker(killed);
    }
  }

  @Test
  void theDriverIsKilledInARoundAndStartedAgain() throws Exception {
    Path run = folder.resolve("driver");
    try (Gate gate = new Gate()) {
      ChildProcess first = driver(run, gate.port(), Map.of(), ALL, "train");
      try (Gate.Held held = gate.await()) {
        first.kill();
        ProcessHandle.of(held.executor()).ifPresent(executor -> executor.onExit().join());
      }
      assertFalse(Files.exists(run.resolve("final.safetensors")));
    }
    ChildProcess second = driver(run, Gate.OPEN, Map.of(), ALL, "train");
    requireSameEnd(run, second);
    assertEquals("step 6", second.await("step "), "the first round after the last checkpoint");
  }

  @Test
  void aSlowWorkerIsWaitedFor() throws Exception {
    Path run = folder.resolve("slow");
    try (Gate gate = new Gate()) {
      ChildProcess driver = driver(run, gate.port(), Map.of(), ALL, "train");
      try (Gate.Held held = gate.await()) {
        driver.await("ended: stage " + held.stage() + ", task 0");
      }
      requireSameEnd(run, driver);
    }
  }

  @Test
  void aSlowWorkerIsOvertakenBySpeculation() throws Exception {
    Path run = folder.resolve("overtaken");
    Map<String, String> speculation =
        Map.of("spark.speculation", "true", "spark.speculation.quantile", "0.5");
    try (Gate gate = new Gate()) {
      ChildProcess driver = driver(run, gate.port(), speculation, ALL, "train");
      // It never goes on, and the training ends all the same.
      try (Gate.Held held = gate.await()) {
        assertTrue(held.executor() > 0);
        requireSameEnd(run, driver);
      }
    }
  }

  private static void requireRefusal(String expected, String output) {
    List<String> refusals = output.lines().filter(line -> line.startsWith("refused: ")).toList();
    assertFalse(refusals.isEmpty(), output);
    for (String refusal : refusals) {
      assertTrue(
          refusal.matches(
              "refused: executor \\d+ on 127\\.0\\.0\\.[12] cannot run TinyNet" + expected),
          output);
    }
    assertEquals(
        refusals.size(),
        output.lines().filter(line -> line.contains("fix: give the executors the jars")).count(),
        output);
  }

  @Test
  void executorsWithoutOurJarsAreRefused() throws Exception {
    String output =
        driver(folder.resolve("no-jars"), Gate.OPEN, Map.of(), jar -> false, "train").output();
    assertTrue(output.contains("refused: executors lack classes of the program"), output);
    assertTrue(output.contains("fix: give the executors the jars"), output);
  }

  @Test
  void executorsWithoutNd4jsLibraryAreRefused() throws Exception {
    String output =
        driver(
                folder.resolve("no-nd4j"),
                Gate.OPEN,
                Map.of(),
                jar -> !jar.startsWith("nd4j-native"),
                "train",
                "predict",
                "train-any")
            .output();
    requireRefusal(".*: ND4J cannot be loaded: .*", output);
    assertFalse(output.contains("done: "), output);
  }

  @Test
  void executorsWithoutOneDnnsLibraryAreRefusedUnlessAnotherEngineIsAllowed() throws Exception {
    String output =
        driver(
                folder.resolve("no-onednn"),
                Gate.OPEN,
                Map.of(),
                jar -> !jar.startsWith("dnnl-"),
                "train",
                "predict",
                "train-any")
            .output();
    requireRefusal(" on the engine onednn, as the driver does: .*", output);
    assertFalse(output.contains("done: train\n"), output);
    assertFalse(output.contains("done: predict"), output);
    assertTrue(output.contains("done: train-any"), output);
  }
}
