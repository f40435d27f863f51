package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.train.TinyNetworks.Dropping;
import io.blockwork.train.TinyNetworks.Residual;
import io.blockwork.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What recipes ask of the trainer: that it works, and that a run that is resumed ends alike. */
final class TrainerRecipesTest {
  @TempDir Path folder;

  /** Each with a state of its own between the steps. */
  private static final Map<String, UnaryOperator<Trainer>> RECIPES =
      Map.of(
          "lookahead", t -> t.lookahead(3, 0.5),
          "sharpness", t -> t.sharpnessAware(0.05),
          "lars", t -> t.updater(new Lars(2, 0.9, 0.02)).weightDecay(1e-3),
          "lamb", t -> t.updater(new Lamb(0.02)).decoupledWeightDecay(0.01).accumulate(2),
          "synchronized",
              t -> t.updater(Momentum.nesterov(0.1, 0.9)).accumulate(2).synchronizedNorms(true),
          "groups", t -> t.groups(ParameterGroup.named("classifier").rate(2).weightDecay(1e-2)),
          "plateau", t -> t.schedule(new Plateau(0.5, 0, EarlyStopping.Measure.LOSS, 0.2, 0, 0)),
          "restarts", t -> t.schedule(Schedule.warmRestarts(1, 2, 0.1).warmUp(1, 0.1)),
          "unfreezing", t -> t.freezeUntil(2, "features.denseblock1").freezeUntil(3, "features"),
          "best", t -> t.validateEverySteps(2).keepBest(2, Score.LOSS).averageWeights(0.8));

  static Stream<String> recipes() {
    return RECIPES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void goesOnWhereItStoppedBitForBit(String name) {
    INDArray whole;
    List<Metrics> expected;
    List<Path> files;
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options())) {
      expected = validations(run(net, name, folder.resolve("whole"), Integer.MAX_VALUE));
      whole = net.parameters().flat().dup();
      files = names(folder.resolve("whole"));
    }
    for (int stop : new int[] {2, 5, 7, Integer.MAX_VALUE}) {
      try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options())) {
        if (stop < Integer.MAX_VALUE) {
          assertThrows(
              CancellationException.class, () -> run(net, name, folder.resolve("parts"), stop));
        } else {
          TrainingHistory history = run(net, name, folder.resolve("parts"), stop);
          assertThat(validations(history)).isEqualTo(expected);
          assertThat(net.parameters().flat()).isEqualTo(whole);
          assertThat(names(folder.resolve("parts"))).isEqualTo(files);
        }
      }
    }
  }

  private static List<Metrics> validations(TrainingHistory history) {
    return history.epochs().stream().flatMap(e -> e.validation().stream()).toList();
  }

  private static List<Path> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::getFileName).sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static TrainingHistory run(Dropping net, String name, Path folder, int failAt) {
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            if (step.step() == failAt) {
              throw new CancellationException("pulled the plug");
            }
          }
        };
    Trainer trainer =
        Trainer.of(net)
            .epochs(4)
            .updater(new Adam(0.01))
            .checkpoints(folder)
            .checkpointEvery(3)
            .progress(false)
            .listener(failing);
    try (DataLoader train = TinyNetworks.training(28, 8);
        DataLoader validation = DataLoader.of(TinyNetworks.bands(30)).batchSize(8).build()) {
      return Objects.requireNonNull(RECIPES.get(name)).apply(trainer).fit(train, validation);
    }
  }

  private static Residual network() {
    return Networks.create(Residual.class, TinyNetworks.options());
  }

  private static DataLoader validation() {
    return DataLoader.of(TinyNetworks.bands(30)).batchSize(8).build();
  }

  @Test
  void theSharpnessOfTheLossIsLookedAtWithoutMovingStatisticsTwice() {
    try (Residual net = network()) {
      Trainer.of(net)
          .epochs(1)
          .updater(new Momentum(0, 0))
          .sharpnessAware(0.1)
          .fit(TinyNetworks.training(16, 8));
      assertThat(net.parameters().get("bn1.num_batches_tracked").getLong(0)).isEqualTo(2);
    }
  }

  @Test
  void layersThawWhenTheirEpochBegins() {
    List<List<String>> frozen = new ArrayList<>();
    try (Residual net = network()) {
      net.freeze("bn1");
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void onStep(Step step) {
              frozen.add(net.frozen());
            }
          };
      INDArray before = net.parameters().get("conv1.weight");
      Trainer.of(net)
          .epochs(3)
          .freezeUntil(2, "layer2")
          .freezeUntil(3, "conv1", "layer1")
          .listener(listener)
          .fit(TinyNetworks.training(8, 8));
      assertThat(frozen)
          .containsExactly(
              List.of("bn1", "layer2", "conv1", "layer1"),
              List.of("bn1", "conv1", "layer1"),
              List.of("bn1"))
          .inOrder();
      assertThat(net.frozen()).containsExactly("bn1");
      assertThat(net.parameters().get("conv1.weight")).isNotEqualTo(before);
      assertThrows(
          IllegalArgumentException.class,
          () -> Trainer.of(net).freezeUntil(2, "layer9").fit(TinyNetworks.training(8, 8)));
      assertThat(net.frozen()).containsExactly("bn1");
    }
  }

  @Test
  void validatesAsOftenAsItIsTold() {
    List<Long> heard = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onValidation(long step, Evaluation evaluation) {
            assertThat(evaluation.metrics().images()).isEqualTo(30);
            heard.add(step);
          }
        };
    try (Residual net = network()) {
      TrainingHistory history =
          Trainer.of(net)
              .epochs(5)
              .validateEvery(2)
              .validateEverySteps(3)
              .listener(listener)
              .fit(TinyNetworks.training(32, 8), validation());
      assertThat(history.epochs().stream().map(e -> e.validation().isPresent()))
          .containsExactly(false, true, false, true, true)
          .inOrder();
    }
    // Steps 12 and 20 end an epoch, 20 is no multiple: the epoch's own validation stands for 12.
    assertThat(heard).containsExactly(3L, 6L, 9L, 15L, 18L).inOrder();
  }

  @Test
  void theBestWeightsAreThoseOfTheBestValidations() {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
            losses.add(evaluation.orElseThrow().metrics().loss());
          }
        };
    try (Residual net = network()) {
      Trainer.of(net)
          .epochs(6)
          .updater(new Momentum(0.3, 0.9))
          .checkpoints(folder)
          .keepBest(2, Score.LOSS)
          .listener(listener)
          .fit(TinyNetworks.training(32, 16), validation());
      List<Double> sorted = losses.stream().sorted().toList();
      List<String> expected =
          Stream.of(sorted.get(0), sorted.get(1))
              .map(loss -> "best-step-%07d.safetensors".formatted(2 * losses.indexOf(loss) + 2))
              .sorted()
              .toList();
      assertThat(
              names(folder).stream()
                  .map(Path::toString)
                  .filter(name -> name.startsWith("best-step"))
                  .toList())
          .isEqualTo(expected);
      try (Weights best = Weights.open(folder.resolve("best.safetensors"))) {
        net.parameters().load(best);
      }
      assertThat(Evaluation.of(net, validation()).metrics().loss()).isEqualTo(sorted.get(0));
    }
  }

  @Test
  void stopsWhenTimeIsUpAndGoesOnFromThere() {
    INDArray whole;
    try (Residual net = network()) {
      Trainer.of(net).epochs(2).fit(TinyNetworks.training(32, 8));
      whole = net.parameters().flat();
    }
    try (Residual net = network()) {
      AtomicLong seconds = new AtomicLong();
      Trainer trainer =
          Trainer.of(net).epochs(2).checkpoints(folder).timeBudget(Duration.ofSeconds(10));
      trainer.nanoTime = () -> Duration.ofSeconds(seconds.getAndAdd(3)).toNanos();
      TrainingHistory first = trainer.fit(TinyNetworks.training(32, 8));
      assertThat(first.epochs()).isEmpty();
      assertThat(first.stoppedEarly()).isTrue();
      assertThat(net.parameters().flat()).isNotEqualTo(whole);
      trainer.timeBudget(Duration.ofDays(1));
      TrainingHistory second = trainer.fit(TinyNetworks.training(32, 8));
      assertThat(second.epochs()).hasSize(2);
      assertThat(second.stoppedEarly()).isFalse();
      assertThat(net.parameters().flat()).isEqualTo(whole);
    }
  }

  @Test
  void findsALearningRateAndLeavesTheNetworkAsItWas() throws IOException {
    try (Residual net = network()) {
      INDArray before = net.parameters().flat();
      long passes = net.parameters().passes();
      Trainer trainer = Trainer.of(net).updater(new Momentum(0.1, 0.9));
      LearningRates rates = trainer.findLearningRate(TinyNetworks.training(60, 16), 1e-5, 10, 60);
      assertThat(net.parameters().flat()).isEqualTo(before);
      assertThat(net.parameters().get("bn1.num_batches_tracked").getLong(0)).isEqualTo(0);
      assertThat(net.parameters().passes()).isEqualTo(passes);
      double rate = rates.suggestion().orElseThrow();
      assertThat(rate).isGreaterThan(1e-4);
      assertThat(rate).isLessThan(2.0);
      TrainingHistory history =
          Trainer.of(net)
              .epochs(6)
              .updater(new Momentum(rate, 0.9))
              .fit(TinyNetworks.training(60, 16));
      assertThat(history.last().orElseThrow().training().loss())
          .isLessThan(history.epochs().get(0).training().loss());
      rates.writePng(folder.resolve("rates.png"));
      assertThat(ImageIO.read(folder.resolve("rates.png").toFile()).getWidth()).isEqualTo(640);
    }
  }

  @Test
  void theSteepestFallOfTheLossIsSuggested() {
    List<LearningRates.Point> points = new ArrayList<>();
    double[] losses = {9, 1, 9, 1, 9, 1, 9, 1, 9, 1, 5, 4.9, 4.5, 3, 2.5, 2.4, 3, 1};
    for (int i = 0; i < losses.length; i++) {
      points.add(new LearningRates.Point(Math.pow(10, i - 10), losses[i]));
    }
    // numpy.gradient of the losses from the eleventh to the last but one is least at 3: -1 there.
    assertThat(new LearningRates(points).suggestion()).hasValue(Math.pow(10, 3));
    assertThat(new LearningRates(points.subList(0, 5)).suggestion()).isEmpty();
  }

  @Test
  void whatNeedsValidationSaysSo() {
    try (Residual net = network();
        DataLoader train = TinyNetworks.training(16, 8)) {
      for (Trainer trainer :
          List.of(
              Trainer.of(net).schedule(Schedule.onPlateau(0.1, 3).warmUp(1, 0.1).perStep()),
              Trainer.of(net).validateEverySteps(3))) {
        var e = assertThrows(IllegalArgumentException.class, () -> trainer.fit(train));
        assertThat(e).hasMessageThat().contains("call fit(train, validation)");
      }
      Trainer trainer = Trainer.of(net).validateEverySteps(1);
      assertThrows(IllegalArgumentException.class, () -> trainer.fit(train, train));
    }
  }

  @Test
  void learnsFromANetworkThatHasLearnt() {
    try (Residual teacher = network();
        Residual net = Networks.create(Residual.class, TinyNetworks.options().seed(8));
        Dropping other = Networks.create(Dropping.class, TinyNetworks.options())) {
      Trainer.of(teacher).epochs(10).fit(TinyNetworks.training(60, 16));
      INDArray taught = teacher.parameters().flat();
      // A weight of 1: the labels have no say.
      Trainer.of(net).epochs(10).distillFrom(teacher, 2, 1).fit(TinyNetworks.training(60, 16));
      assertThat(Evaluation.of(net, validation()).metrics().top1()).isGreaterThan(0.9);
      assertThat(teacher.parameters().flat()).isEqualTo(taught);
      Trainer trainer = Trainer.of(net);
      assertThrows(IllegalArgumentException.class, () -> trainer.distillFrom(net, 2, 0.5));
      assertThrows(IllegalArgumentException.class, () -> trainer.distillFrom(other, 0, 0.5));
      assertThrows(IllegalArgumentException.class, () -> trainer.distillFrom(other, 1, 2));
    }
  }
}
