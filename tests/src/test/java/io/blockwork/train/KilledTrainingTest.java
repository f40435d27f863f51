package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.jvm.ChildJvm;
import io.blockwork.train.TinyNetworks.Dropping;
import io.blockwork.weights.Weights;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a training process at 25 random moments, and fills its disk. {@code -Dblockwork.kills=3}
 * kills it less often.
 */
final class KilledTrainingTest {
  private static final int KILLS = Integer.getInteger("blockwork.kills", 25);
  private static final int STEPS_PER_EPOCH = 4;
  private static final int LARGEST_LIFE = 5;

  @TempDir Path folder;

  @Test
  void endsWithTheSameBitsHoweverOftenItIsKilled() throws IOException, InterruptedException {
    int epochs = 2 + KILLS * LARGEST_LIFE / STEPS_PER_EPOCH;
    Path undisturbed = folder.resolve("undisturbed");
    String output = wait(start(List.of(), undisturbed, epochs));
    assertThat(output).contains("" + epochs * STEPS_PER_EPOCH);

    Path killed = folder.resolve("killed");
    Random random = new Random();
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(List.of(), killed, epochs);
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        int life = 1 + random.nextInt(LARGEST_LIFE);
        for (int i = 0; i < life; i++) {
          assertThat(lines.readLine()).isNotNull();
        }
        if (random.nextBoolean()) {
          awaitWriting(process, killed);
        }
        process.destroyForcibly().waitFor();
      }
    }
    wait(start(List.of(), killed, epochs));
    assertThat(Files.readAllBytes(killed.resolve("final.safetensors")))
        .isEqualTo(Files.readAllBytes(undisturbed.resolve("final.safetensors")));
    assertThat(hidden(killed)).isEmpty();
    String log = Files.readString(killed.resolve("log.csv"));
    assertThat(log.lines().count()).isEqualTo(epochs + 1);
  }

  @Test
  void whatAKilledTrainingWasWritingIsDeletedWhenTheNextBegins() throws IOException {
    String id = UUID.randomUUID().toString();
    for (String written :
        List.of(
            "last.safetensors",
            "best.safetensors",
            "best-step-0000012.safetensors",
            "log.csv",
            "curves.png")) {
      Files.createFile(folder.resolve("." + written + "." + id));
    }
    Path notes = Files.createFile(folder.resolve(".notes." + id));
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options());
        DataLoader train = TinyNetworks.training(8, 8)) {
      Trainer.of(net).epochs(1).checkpoints(folder).log(folder).fit(train);
    }
    assertThat(hidden(folder)).containsExactly(notes);
  }

  /** Until it is in the middle of a file, which becomes visible once it is whole; or at its end. */
  private static void awaitWriting(Process process, Path folder) throws IOException {
    while (process.isAlive() && hidden(folder).isEmpty()) {
      Thread.onSpinWait();
    }
  }

  private static List<Path> hidden(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().startsWith(".")).toList();
    }
  }

  @Test
  void aFolderThatAnotherProcessTrainsInIsRefused() throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    Process first = start(List.of(), run, 1_000_000);
    try (BufferedReader lines = first.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).isNotNull();
      String second = wait(start(List.of(), run, 2));
      assertThat(second).contains("failed: ");
      assertThat(second).contains("another training run is using this folder");
    } finally {
      first.destroyForcibly().waitFor();
    }
    assertThat(wait(start(List.of(), run, 0))).doesNotContain("failed: ");
  }

  @Test
  void keepsTheLastGoodCheckpointWhenTheDiskIsFull() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path copy = folder.resolve("copy");
    // A user namespace may mount a small disk of its own where the system allows it.
    String script =
        "mount -t tmpfs -o size=160k tmpfs '%s' || exit 77; \"$@\"; cp -r '%s' '%s'"
            .formatted(disk, disk, copy);
    List<String> inside = List.of("unshare", "-rm", "sh", "-c", script, "sh");
    assumeTrue(isPermitted(disk), "no user namespace with a small disk here");
    String output = wait(start(inside, disk.resolve("run"), 100));
    assertThat(output).contains("failed: ");
    assertThat(output).contains("cannot be written");
    Path last = copy.resolve("run").resolve("last.safetensors");
    try (Weights weights = Weights.open(last)) {
      assertThat(weights.metadata()).containsKey("blockwork.steps");
      assertThat(Integer.parseInt(weights.metadata().get("blockwork.steps"))).isAtLeast(1);
      assertThat(weights.get("classifier.weight").length()).isGreaterThan(0L);
    }
  }

  private static boolean isPermitted(Path disk) throws InterruptedException {
    try {
      String mount = "mount -t tmpfs -o size=64k tmpfs '%s'".formatted(disk);
      return new ProcessBuilder("unshare", "-rm", "sh", "-c", mount).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Process start(List<String> before, Path folder, int epochs) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        ChildJvm.command(
            List.of(
                "-Djava.awt.headless=true",
                "-XX:TieredStopAtLevel=1",
                "-Dblockwork.engine=" + System.getProperty("blockwork.engine", "nd4j")),
            KilledTraining.class,
            folder,
            epochs));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static String wait(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
