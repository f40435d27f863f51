package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.jvm.ChildJvm;
import io.blockwork.weights.Weights;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tells a training process to end, by a signal, in the midst of its work. */
final class StoppedTrainingTest {
  private static final int STEPS_PER_EPOCH = 4;

  @TempDir Path folder;

  @BeforeEach
  void needsSignals() {
    assumeTrue(File.separatorChar == '/', "no signals here");
  }

  @Test
  void aSignalEndsTheStepAndLeavesACheckpointToGoOnFrom() throws Exception {
    List<String> undisturbed = run(folder.resolve("undisturbed"), "never", 0, "");
    assertThat(undisturbed).contains("saved");

    Path stopped = folder.resolve("stopped");
    Path last = stopped.resolve("last.safetensors");
    List<String> first = run(stopped, "step", 6, "TERM");
    assertThat(first).doesNotContain("saved");
    String steps = stepsIn(last);
    assertThat(first)
        .contains(
            "note: stopped because the process ends, in epoch 2 of 3, after step "
                + steps
                + "; "
                + last
                + " has been written: the same program, run again, goes on from there");
    assertThat(Integer.parseInt(steps)).isAnyOf(6, 7);

    List<String> second = run(stopped, "validation", 2, interrupt());
    assertThat(second)
        .contains("note: " + last + ": going on in epoch 2 of 3, after step " + steps);
    assertThat(second).doesNotContain("epoch 2");
    assertThat(stepsIn(last)).isEqualTo("" + 2 * STEPS_PER_EPOCH);

    List<String> third = run(stopped, "never", 0, "");
    assertThat(third).containsAtLeast("epoch 2", "epoch 3", "saved").inOrder();
    assertThat(third).doesNotContain("step 8");
    assertThat(Files.readAllBytes(stopped.resolve("final.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("undisturbed").resolve("final.safetensors")));
  }

  @Test
  void aListenerMayEndTheProcess() throws Exception {
    assertThat(run(folder, "exit", 6, "")).contains("step 6");
    assertThat(stepsIn(folder.resolve("last.safetensors"))).isEqualTo("" + STEPS_PER_EPOCH);
  }

  /**
   * What Ctrl-C sends. A shell without job control has it ignored in what runs in the background,
   * and so do all processes that come of it: there it is the other signal.
   */
  private static String interrupt() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return "INT";
    }
    long ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
            .findFirst()
            .orElse(0);
    return (ignored & 1 << 2 - 1) == 0 ? "INT" : "TERM";
  }

  private static String stepsIn(Path checkpoint) {
    try (Weights weights = Weights.open(checkpoint)) {
      return String.valueOf(weights.metadata().get("blockwork.steps"));
    }
  }

  /** Runs the training, and sends a signal when it waits; the lines that it prints. */
  private static List<String> run(Path folder, String place, int number, String signal)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ChildJvm.command(
                    List.of(
                        "-Djava.awt.headless=true",
                        "-XX:TieredStopAtLevel=1",
                        "-Dblockwork.engine=" + System.getProperty("blockwork.engine", "nd4j")),
                    StoppedTraining.class,
                    folder,
                    place,
                    number))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String waits = place.equals("validation") ? "validating" : place + " " + number;
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        if (!signal.isEmpty() && line.equals(waits)) {
          String pid = Long.toString(process.pid());
          assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isEqualTo(0);
        }
      }
    }
    int status = process.waitFor();
    assertThat(status).isEqualTo(place.equals("exit") ? 3 : status(signal));
    return lines;
  }

  private static int status(String signal) {
    return switch (signal) {
      case "TERM" -> 128 + 15;
      case "INT" -> 128 + 2;
      default -> 0;
    };
  }
}
