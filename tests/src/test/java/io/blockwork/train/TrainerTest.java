package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Networks;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.io.FileException;
import io.blockwork.train.TinyNetworks.Dropping;
import io.blockwork.train.TinyNetworks.Residual;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class TrainerTest {
  @TempDir Path folder;

  private static Residual network() {
    return Networks.create(Residual.class, TinyNetworks.options());
  }

  private static DataLoader validation() {
    return DataLoader.of(TinyNetworks.bands(30)).batchSize(8).build();
  }

  @Test
  void learnsAndTellsHowWell() {
    try (Residual net = network()) {
      TrainingHistory history =
          Trainer.of(net)
              .epochs(10)
              .updater(new Momentum(0.1, 0.9))
              .schedule(Schedule.cosine())
              .fit(TinyNetworks.training(60, 16), validation());
      assertThat(history.epochs()).hasSize(10);
      assertThat(history.last().orElseThrow().steps()).isEqualTo(40);
      assertThat(history.best().orElseThrow().validation().orElseThrow().top1()).isEqualTo(1.0);
      Evaluation evaluation = Evaluation.of(net, validation());
      assertThat(evaluation.metrics())
          .isEqualTo(history.last().orElseThrow().validation().orElseThrow());
      assertThat(evaluation.confusion().accuracy()).isEqualTo(evaluation.metrics().top1());
      assertThat(evaluation.text()).contains("middle");
    }
  }

  @Test
  void writesLogsThatCanBeRead() throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    try (Residual net = network();
        PrintStream out = new PrintStream(lines, true, StandardCharsets.UTF_8)) {
      TrainingHistory history =
          Trainer.of(net)
              .epochs(2)
              .log(folder)
              .listener(new EpochLines(out))
              .listener(new ProgressLine(out))
              .fit(TinyNetworks.training(32, 16), validation());
      String csv = Files.readString(folder.resolve("log.csv"));
      assertThat(csv.lines().count()).isEqualTo(3);
      assertThat(HistoryText.decode(csv)).isEqualTo(history.epochs());
      assertThat(lines.toString(StandardCharsets.UTF_8)).contains("epoch 2/2: validation loss");
    }
    assertThat(ImageIO.read(folder.resolve("curves.png").toFile()).getWidth()).isEqualTo(1280);
  }

  @Test
  void listenersHearInOrder() {
    List<String> heard = new java.util.ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStart(Start start) {
            heard.add("start of " + start.imagesPerEpoch());
          }

          @Override
          public void onStep(Step step) {
            heard.add("step " + step.step());
          }

          @Override
          public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
            heard.add("epoch " + history.last().orElseThrow().epoch());
          }

          @Override
          public void onEnd() {
            heard.add("end");
          }
        };
    try (Residual net = network()) {
      Trainer.of(net).epochs(2).listener(listener).fit(TinyNetworks.training(20, 10));
    }
    assertThat(heard)
        .containsExactly(
            "start of 20", "step 1", "step 2", "epoch 1", "step 3", "step 4", "epoch 2", "end")
        .inOrder();
  }

  @Test
  void accumulatesSeveralBatchesForAStep() {
    try (Residual net = network()) {
      TrainingHistory history =
          Trainer.of(net).epochs(2).accumulate(2).fit(TinyNetworks.training(25, 5));
      assertThat(history.last().orElseThrow().steps()).isEqualTo(6);
    }
  }

  @Test
  void stopsEarlyWhenNothingGetsBetter() {
    try (Residual net = network()) {
      TrainingHistory history =
          Trainer.of(net)
              .epochs(50)
              .updater(new Momentum(0, 0))
              .stopEarly(new EarlyStopping(2, EarlyStopping.Measure.TOP1))
              .fit(TinyNetworks.training(60, 30), validation());
      assertThat(history.stoppedEarly()).isTrue();
      assertThat(history.epochs().size()).isLessThan(50);
    }
  }

  @Test
  void needsValidationDataToStopEarly() {
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).stopEarly(1);
      assertThrows(IllegalArgumentException.class, () -> trainer.fit(TinyNetworks.training(16, 8)));
    }
  }

  @Test
  void leavesFrozenLayersAlone() {
    try (Residual net = network()) {
      net.freeze("conv1", "layer1");
      INDArray frozen = net.parameters().get("layer1.0.conv1.weight");
      INDArray trained = net.parameters().get("layer2.0.conv1.weight");
      Trainer.of(net)
          .epochs(1)
          .weightDecay(0.1)
          .decoupledWeightDecay(0.1)
          .fit(TinyNetworks.training(16, 8));
      assertThat(net.parameters().get("layer1.0.conv1.weight")).isEqualTo(frozen);
      assertThat(net.parameters().get("layer2.0.conv1.weight")).isNotEqualTo(trained);
    }
  }

  @Test
  void endsWithTheAveragedWeights() {
    INDArray raw;
    INDArray averaged;
    try (Residual net = network()) {
      Trainer.of(net).epochs(2).fit(TinyNetworks.training(16, 8));
      raw = net.parameters().flat().dup();
    }
    try (Residual net = network()) {
      Trainer.of(net)
          .epochs(2)
          .averageWeights(0.5)
          .checkpoints(folder)
          .fit(TinyNetworks.training(16, 8));
      averaged = net.parameters().flat().dup();
      assertThat(averaged).isNotEqualTo(raw);
      try (Weights last = Weights.open(folder.resolve("last.safetensors"))) {
        net.parameters().load(last);
      }
      assertThat(net.parameters().flat()).isEqualTo(raw);
    }
  }

  @Test
  void namesTheFirstLayerThatLosesTheNumbers() {
    try (Residual net = network();
        DataLoader loader = TinyNetworks.training(16, 8)) {
      Batch batch = loader.epoch(1).next();
      assertThat(net.firstNonFinite(batch.images())).isEmpty();
      long version = net.parameters().version();
      INDArray weight = net.parameters().get("layer2.0.conv2.weight");
      weight.putScalar(5, Double.NaN);
      net.parameters().set("layer2.0.conv2.weight", weight);
      assertThat(net.firstNonFinite(batch.images())).hasValue("layer2.0.conv2");
      assertThat(net.parameters().version()).isEqualTo(version + 1);
    }
  }

  @Test
  void stopsAtNanAndKeepsTheLastGoodCheckpoint() throws IOException {
    try (Residual net = network()) {
      Trainer good = Trainer.of(net).epochs(1).checkpoints(folder).progress(false);
      good.fit(TinyNetworks.training(24, 8));
      byte[] before = Files.readAllBytes(folder.resolve("last.safetensors"));
      TrainingListener poison =
          new TrainingListener() {
            @Override
            public void onStep(Step step) {
              if (step.step() == 5) {
                INDArray bias = net.parameters().get("layer1.0.bn1.bias");
                bias.putScalar(0, Double.NaN);
                net.parameters().set("layer1.0.bn1.bias", bias);
              }
            }
          };
      DivergedException e =
          assertThrows(
              DivergedException.class,
              () -> good.epochs(3).listener(poison).fit(TinyNetworks.training(24, 8)));
      assertThat(e.layer()).isEqualTo("layer1.0.bn1");
      assertThat(e).hasMessageThat().contains("epoch 2, batch 3: the ");
      assertThat(e).hasMessageThat().contains("after 5 steps");
      assertThat(e).hasMessageThat().contains("layer1.0.bn1.bias is not finite");
      assertThat(e).hasMessageThat().contains("last.safetensors");
      assertThat(Files.readAllBytes(folder.resolve("last.safetensors"))).isEqualTo(before);
    }
  }

  /** The network would refuse to run, which is not what went wrong. */
  @Test
  void aStepThatLosesTheNumbersBeforeValidationEndsAsADivergence() {
    try (Residual net = network();
        DataLoader validation = TinyNetworks.training(16, 8)) {
      Trainer trainer = Trainer.of(net).updater(new Momentum(1e300, 0)).epochs(1).progress(false);
      DivergedException e =
          assertThrows(
              DivergedException.class, () -> trainer.fit(TinyNetworks.training(8, 8), validation));
      assertThat(e).hasMessageThat().contains("epoch 1: conv1.weight holds a NaN or an infinity");
    }
  }

  @Test
  void neverKeepsWeightsThatAreNotFinite() {
    try (Residual net = network()) {
      TrainingListener poison =
          new TrainingListener() {
            @Override
            public void onStep(Step step) {
              net.parameters().set("fc.bias", Nd4j.createFromArray(0, Float.NaN, 0));
            }
          };
      DivergedException e =
          assertThrows(
              DivergedException.class,
              () ->
                  Trainer.of(net)
                      .checkpoints(folder)
                      .listener(poison)
                      .fit(TinyNetworks.training(8, 8)));
      assertThat(e).hasMessageThat().contains("fc.bias");
      assertThat(Files.exists(folder.resolve("last.safetensors"))).isFalse();
    }
  }

  @Test
  void goesOnWhereAnExceptionStoppedIt() {
    INDArray whole;
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options())) {
      dropping(net, folder.resolve("whole"), Integer.MAX_VALUE);
      whole = net.parameters().flat().dup();
    }
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options())) {
      assertThrows(CancellationException.class, () -> dropping(net, folder.resolve("parts"), 5));
    }
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options())) {
      assertThrows(CancellationException.class, () -> dropping(net, folder.resolve("parts"), 8));
    }
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options())) {
      TrainingHistory history = dropping(net, folder.resolve("parts"), Integer.MAX_VALUE);
      assertThat(history.epochs()).hasSize(3);
      assertThat(net.parameters().flat()).isEqualTo(whole);
    }
  }

  private static TrainingHistory dropping(Dropping net, Path folder, int failAt) {
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            if (step.step() == failAt) {
              throw new CancellationException("pulled the plug");
            }
          }
        };
    return Trainer.of(net)
        .epochs(3)
        .updater(new Adam(0.01))
        .schedule(Schedule.cosine().warmUp(1, 0.1).perStep())
        .averageWeights(0.9)
        .checkpoints(folder)
        .checkpointEvery(2)
        .listener(failing)
        .fit(TinyNetworks.training(28, 8), validation());
  }

  @Test
  void refusesTheCheckpointOfAnotherTraining() {
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).epochs(1).checkpoints(folder);
      trainer.fit(TinyNetworks.training(16, 8));
      WeightsException e =
          assertThrows(
              WeightsException.class,
              () -> trainer.weightDecay(1e-3).fit(TinyNetworks.training(16, 8)));
      assertThat(e).hasMessageThat().contains("different settings");
      assertThat(trainer.startOver().fit(TinyNetworks.training(16, 8)).epochs()).hasSize(1);
    }
  }

  @Test
  void drawsConfusionAsTextAndPicture() throws IOException {
    ConfusionMatrix matrix = new ConfusionMatrix(List.of("cat", "dog"));
    matrix.add(0, 0);
    matrix.add(0, 1);
    matrix.add(1, 1);
    matrix.add(1, 1);
    assertThat(matrix.accuracy()).isEqualTo(0.75);
    assertThat(matrix.recall(0)).isEqualTo(0.5);
    assertThat(matrix.precision(1)).isWithin(1e-12).of(2.0 / 3);
    assertThat(matrix.text()).contains("cat     1     1   50.0 %");
    matrix.writePng(folder.resolve("confusion.png"));
    assertThat(ImageIO.read(folder.resolve("confusion.png").toFile()).getWidth())
        .isGreaterThan(200);
    Path nowhere = folder.resolve("confusion.png").resolve("confusion.png");
    FileException e = assertThrows(FileException.class, () -> matrix.writePng(nowhere));
    assertThat(e.getClass()).isEqualTo(FileException.class);
  }
}
