package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.io.Terminal;
import io.blockwork.loss.AuxiliaryLoss;
import io.blockwork.train.TinyNetworks.Residual;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a training run tells those who wait for it. */
final class SpeakingTest {
  @TempDir Path folder;

  private static Residual network() {
    return Networks.create(Residual.class, TinyNetworks.options());
  }

  private static DataLoader validation() {
    return DataLoader.of(TinyNetworks.bands(12)).batchSize(8).build();
  }

  /** Hears notes. */
  private static final class Notes implements TrainingListener {
    private final List<String> texts = new ArrayList<>();

    @Override
    public void onNote(String text) {
      texts.add(text);
    }
  }

  @Test
  void withoutATerminalThereIsALineForEachEpochUnlessItIsSwitchedOff() {
    assertThat(Terminal.isThere()).isFalse();
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try (Residual net = network()) {
      Trainer.of(net).epochs(2).fit(TinyNetworks.training(16, 8), validation());
      Trainer.of(net).epochs(2).progress(false).fit(TinyNetworks.training(16, 8), validation());
    } finally {
      System.setOut(before);
    }
    List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1))
        .matches(
            "epoch 2/2: validation loss \\d\\.\\d{4}, top-1 [\\d.]+ %; training loss \\d\\.\\d{4},"
                + " top-1 [\\d.]+ %; rate 0\\.1000, \\d+ images/s");
  }

  @Test
  void progressFitsTheTerminalFiguresFirst() {
    var text =
        new ProgressText(
            "epoch  3/10",
            "val 83.10 % 0.5121  train 81.35 % 0.8327",
            2000,
            8000,
            1000,
            Duration.ofSeconds(10));
    assertThat(text.line(200))
        .isEqualTo(
            "epoch  3/10  val 83.10 % 0.5121  train 81.35 % 0.8327   25 % "
                + " [=======                       ]  100 images/s  1:00 left");
    assertThat(text.line(80))
        .isEqualTo("epoch  3/10  val 83.10 % 0.5121  train 81.35 % 0.8327   25 %  100 images/s");
    for (int width = 0; width < 150; width++) {
      assertThat(text.line(width).length()).isAtMost(width);
      assertThat(text.padded(width)).hasLength(width);
    }
    assertThat(new ProgressText("validating", "", 5, 0, 0, Duration.ZERO).line(80))
        .isEqualTo("validating");
  }

  @Test
  void aTerminalShowsValidationAndKeepsALineForEachEpoch() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Residual net = network();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      Trainer.of(net)
          .epochs(2)
          .progress(false)
          .listener(new ProgressLine(out))
          .fit(TinyNetworks.training(16, 8), validation());
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text).contains("epoch 1/2 validating");
    assertThat(text)
        .containsMatch("\repoch 2/2: validation loss [^\r]*images/s" + System.lineSeparator());
    assertThat(text).containsMatch("\repoch 2/2  val [\\d.]+ % [\\d.]+  train");
  }

  @Test
  void theRateCountsTrainingOnly() {
    try (Residual net = network()) {
      AtomicLong validated = new AtomicLong();
      long begin = System.nanoTime();
      Validation slow =
          new Validation() {
            @Override
            public List<String> classNames() {
              return List.of();
            }

            @Override
            public Evaluation evaluate(io.blockwork.Network network) {
              long entered = System.nanoTime();
              Evaluation evaluation = Evaluation.of(network, validation());
              validated.addAndGet(System.nanoTime() - entered);
              return evaluation;
            }
          };
      TrainingHistory history =
          Trainer.of(net)
              .epochs(1)
              .progress(false)
              .validateEverySteps(1)
              .fit(new LocalSteps(TinyNetworks.training(16, 8), 1, false), Optional.of(slow));
      long all = System.nanoTime() - begin;
      long trained = history.last().orElseThrow().time().toNanos();
      assertThat(trained).isAtMost(all - validated.get());
      assertThat(trained).isAtLeast(1L);
    }
  }

  @Test
  void aFinishedTrainingSaysWhatItTakesToGoOn() {
    Notes notes = new Notes();
    try (Residual net = network()) {
      Trainer trainer =
          Trainer.of(net).epochs(1).progress(false).checkpoints(folder).listener(notes);
      trainer.fit(TinyNetworks.training(16, 8));
      assertThat(notes.texts).isEmpty();
      trainer.fit(TinyNetworks.training(16, 8));
      assertThat(notes.texts)
          .containsExactly(
              folder.resolve("last.safetensors")
                  + ": this training has ended, after epoch 1 of 1. epochs(...) with more of them"
                  + " goes on from here; startOver() or another folder begins anew");
      TrainingHistory history = trainer.epochs(2).fit(TinyNetworks.training(16, 8));
      assertThat(history.epochs()).hasSize(2);
      assertThat(notes.texts.get(1)).endsWith("going on in epoch 2 of 2, after step 2");
      trainer.epochs(1).fit(TinyNetworks.training(16, 8));
      assertThat(notes.texts.get(2))
          .endsWith(
              ": this training has ended: 2 epochs are done, more than the 1 that are asked for."
                  + " epochs(...) with more than 2 goes on from here; startOver() or another folder"
                  + " begins anew");
    }
  }

  @Test
  void outOfTimeSaysHowToGoOn() {
    Notes notes = new Notes();
    try (Residual net = network()) {
      Trainer trainer =
          Trainer.of(net).epochs(1).progress(false).timeBudget(Duration.ofNanos(1)).listener(notes);
      trainer.fit(TinyNetworks.training(16, 8));
      trainer.checkpoints(folder).fit(TinyNetworks.training(16, 8));
    }
    assertThat(notes.texts)
        .containsExactly(
            "out of time in epoch 1 of 1, after step 1; to go on another time needs"
                + " checkpoints(folder), which was not called",
            "out of time in epoch 1 of 1, after step 1; "
                + folder.resolve("last.safetensors")
                + " has been written: the same program, run again, goes on from there");
  }

  @Test
  void stoppedEarlyTheNetworkHasTheWeightsOfTheBestEpoch() {
    Notes notes = new Notes();
    try (Residual net = network()) {
      List<INDArray> weights = new ArrayList<>();
      TrainingListener kept =
          new TrainingListener() {
            @Override
            public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
              weights.add(net.parameters().get("conv1.weight"));
            }
          };
      Trainer trainer =
          Trainer.of(net)
              .epochs(50)
              .updater(new Momentum(0.5, 0.9))
              .progress(false)
              .checkpoints(folder)
              .stopEarly(new EarlyStopping(2, EarlyStopping.Measure.LOSS))
              .listener(kept)
              .listener(notes);
      TrainingHistory history = trainer.fit(TinyNetworks.training(60, 30), validation());
      int best = history.leastLoss().orElseThrow().epoch();
      int last = history.last().orElseThrow().epoch();
      assertThat(last).isEqualTo(best + 2);
      assertThat(net.parameters().get("conv1.weight")).isEqualTo(weights.get(best - 1));
      assertThat(notes.texts)
          .containsExactly(
              "stopped early after epoch %d of 50: no better loss in validation for 2 epochs; the"
                      .formatted(last)
                  + " network has the weights of epoch %d, the best".formatted(best));
      // Run again it has them, too, and says that it has stopped.
      trainer.fit(TinyNetworks.training(60, 30), validation());
      assertThat(net.parameters().get("conv1.weight")).isEqualTo(weights.get(best - 1));
      assertThat(notes.texts.get(1)).contains("has stopped early, after epoch " + last + " of 50");
      trainer
          .startOver()
          .stopEarly(new EarlyStopping(2, EarlyStopping.Measure.LOSS).keepingLast())
          .fit(TinyNetworks.training(60, 30), validation());
      assertThat(net.parameters().get("conv1.weight")).isEqualTo(weights.get(weights.size() - 1));
    }
  }

  @Test
  void logsOfEarlierRunsAreKept() throws IOException {
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).epochs(1).progress(false).log(folder);
      trainer.fit(TinyNetworks.training(16, 8));
      String first = Files.readString(folder.resolve("log.csv"));
      trainer.epochs(2).fit(TinyNetworks.training(16, 8));
      String second = Files.readString(folder.resolve("log.csv"));
      trainer.fit(TinyNetworks.training(16, 8));
      assertThat(Files.readString(folder.resolve("log-1.csv"))).isEqualTo(first);
      assertThat(Files.readString(folder.resolve("log-2.csv"))).isEqualTo(second);
      assertThat(Files.exists(folder.resolve("curves-2.png"))).isTrue();
      assertThat(Files.exists(folder.resolve("log-3.csv"))).isFalse();
    }
  }

  @Test
  void aRunThatGoesOnKeepsItsLog() throws IOException {
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).epochs(1).progress(false).checkpoints(folder).log(folder);
      trainer.fit(TinyNetworks.training(16, 8));
      trainer.epochs(2).fit(TinyNetworks.training(16, 8));
      assertThat(Files.readString(folder.resolve("log.csv")).lines().count()).isEqualTo(3);
      assertThat(Files.exists(folder.resolve("log-1.csv"))).isFalse();
      assertThat(Files.exists(folder.resolve("curves-1.png"))).isFalse();
    }
  }

  @Test
  void aDryRunTakesOneBatchThroughEverythingAndLeavesNothingBehind() throws IOException {
    Path run = folder.resolve("run");
    try (Residual net = network()) {
      INDArray before = net.parameters().flat().dup();
      String told =
          Trainer.of(net)
              .progress(false)
              .checkpoints(run)
              .dryRun(TinyNetworks.training(60, 30), validation());
      assertThat(told).startsWith("dry run: a step on 30 images takes ");
      assertThat(told).contains("so an epoch of 2 batches about ");
      assertThat(told).contains("validation runs: loss ");
      assertThat(told).contains("checkpoints can be written: " + run.resolve("last.safetensors"));
      assertThat(net.parameters().flat()).isEqualTo(before);
      assertThat(net.parameters().passes()).isEqualTo(0);
      try (var files = Files.list(run)) {
        assertThat(files.map(Path::getFileName).map(Path::toString).toList())
            .containsExactly("training.lock");
      }
    }
  }

  @Test
  void top5IsToldOfMoreThanFiveClassesOnly() {
    assertThat(metrics(5).toString()).isEqualTo("loss 0.5000, top-1 0.00 %");
    assertThat(metrics(6).toString()).isEqualTo("loss 0.5000, top-1 0.00 %, top-5 100.00 %");
  }

  private static Metrics metrics(int classes) {
    Meter meter = new Meter();
    INDArray output = Nd4j.arange(classes).reshape(1, classes);
    meter.add(0.5, List.<AuxiliaryLoss>of(), output, classes - 2);
    Metrics metrics = meter.metrics();
    assertThat(Meter.decode(meter.encode()).metrics()).isEqualTo(metrics);
    return metrics;
  }

  @Test
  void aHistoryIsATable() {
    Metrics good = new Metrics(0.25, 0.75, 1, 40);
    Metrics bad = new Metrics(1.5, 0.5, 1, 40);
    TrainingHistory history =
        new TrainingHistory(
            List.of(
                new EpochResult(
                    1, 10, 0.1, bad, Optional.of(good), Duration.ofSeconds(2), Duration.ZERO),
                new EpochResult(
                    2, 20, 0.05, good, Optional.empty(), Duration.ofSeconds(4), Duration.ZERO)),
            true);
    assertThat(history.toString())
        .isEqualTo(
            """
            epoch   steps   train loss   top-1 %   val loss   top-1 %   rate       images/s
                1      10       1.5000     50.00     0.2500     75.00   0.100            20 *
                2      20       0.2500     75.00          -         -   0.0500           10
            * the best top-1 accuracy in validation
            ended before its last epoch""");
  }
}
