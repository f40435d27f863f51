package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ModelCard;
import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataException;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.io.FileException;
import io.blockwork.loss.Loss;
import io.blockwork.train.TinyNetworks.OnePixel;
import io.blockwork.train.TinyNetworks.Residual;
import io.blockwork.weights.SafetensorsWriter;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What data, disks, listeners and other processes do to a training. */
final class TrainingFaultsTest {
  private static final List<String> CLASSES = List.of("top", "middle", "bottom");

  @TempDir Path folder;

  private static Residual network() {
    return Networks.create(Residual.class, TinyNetworks.options());
  }

  private static DataLoader loader(Dataset data, int batch) {
    return DataLoader.of(data).batchSize(batch).workers(0).build();
  }

  private static INDArray weights(Residual net) {
    return net.parameters().get("layer1.0.conv1.weight");
  }

  /** Counts the batches that a training gets to. */
  private static Trainer counting(Trainer trainer, AtomicInteger batches) {
    return trainer.loss(
        batch -> {
          batches.incrementAndGet();
          return Loss.softmaxCrossEntropy(batch.targets());
        });
  }

  // Classes

  @Test
  void validationWithOtherClassesIsRefusedBeforeTheFirstStep() {
    INDArray images = Nd4j.zeros(2, 1, 8, 8);
    Dataset fewer = ArrayDataset.of(images, List.of("bottom", "top"), 0, 1);
    AtomicInteger batches = new AtomicInteger();
    try (Residual net = network()) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  counting(Trainer.of(net), batches)
                      .fit(TinyNetworks.training(16, 8), loader(fewer, 2)));
      assertThat(e).hasMessageThat().contains("training:   top, middle, bottom");
      assertThat(e).hasMessageThat().contains("validation: bottom, top");
      assertThat(e).hasMessageThat().contains("validation.withClasses(training.classNames())");
      assertThat(batches.get()).isEqualTo(0);
      TrainingHistory history =
          Trainer.of(net)
              .epochs(1)
              .fit(TinyNetworks.training(16, 8), loader(fewer.withClasses(CLASSES), 2));
      assertThat(history.last().orElseThrow().validation()).isPresent();
    }
  }

  @Test
  void checkpointsKnowTheirClasses() {
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).epochs(1).checkpoints(folder);
      trainer.fit(TinyNetworks.training(16, 8), loader(TinyNetworks.bands(6), 6));
      for (String file : List.of("last.safetensors", "best.safetensors")) {
        try (Weights weights = Weights.open(folder.resolve(file))) {
          assertThat(TrainedClasses.of(weights)).hasValue(CLASSES);
        }
      }
      Dataset others = TinyNetworks.bands(16).withClasses(List.of("bottom", "middle", "top"));
      WeightsException e =
          assertThrows(
              WeightsException.class,
              () -> trainer.fit(DataLoader.of(others).batchSize(8).shuffle(true).seed(5).build()));
      assertThat(e).hasMessageThat().contains("a training run with different classes");
      assertThat(e).hasMessageThat().contains("there: top, middle, bottom");
      assertThat(e).hasMessageThat().contains("here:  bottom, middle, top");
    }
  }

  @Test
  void namesOfClassesSurviveWhateverTheyHold() {
    List<String> names = List.of("a,b", "\"c\"", "d\ne", "\u00d6l", "");
    try (Residual net = network()) {
      new ModelCard(names, Optional.empty()).describe(net.parameters());
      Weights.save(net.parameters(), folder.resolve("w"));
    }
    try (Weights weights = Weights.open(folder.resolve("w"))) {
      assertThat(TrainedClasses.of(weights)).hasValue(names);
    }
    new SafetensorsWriter().metadata("blockwork.classes", "[1").write(folder.resolve("x"));
    try (Weights weights = Weights.open(folder.resolve("x"))) {
      assertThrows(WeightsException.class, () -> TrainedClasses.of(weights));
    }
  }

  // Locales

  @Test
  void aTrainingBegunUnderOneLocaleGoesOnUnderAnother() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      try (Residual net = network()) {
        trainer(net, 1).fit(TinyNetworks.training(16, 8));
      }
      Locale.setDefault(Locale.ENGLISH);
      try (Residual net = network()) {
        assertThat(trainer(net, 2).fit(TinyNetworks.training(16, 8)).epochs()).hasSize(2);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  private Trainer trainer(Residual net, int epochs) {
    return Trainer.of(net).epochs(epochs).checkpoints(folder).checkpointEvery(1);
  }

  // Averaged weights

  @Test
  void theNetworkKeepsItsOwnWeightsWhenValidationFails() {
    INDArray own;
    try (Residual net = network()) {
      Trainer.of(net).epochs(1).fit(TinyNetworks.training(16, 8));
      own = weights(net);
    }
    Dataset broken =
        TinyNetworks.bands(6)
            .with(
                (image, random) -> {
                  throw new DataException("x", 0, "broken");
                });
    try (Residual net = network()) {
      Trainer averaging = Trainer.of(net).epochs(1).averageWeights(0.5);
      assertThrows(
          DataException.class,
          () -> averaging.fit(TinyNetworks.training(16, 8), loader(broken, 6)));
      assertThat(weights(net)).isEqualTo(own);
    }
  }

  @Test
  void theNetworkKeepsItsOwnWeightsWhenTheBestCannotBeSaved() throws IOException {
    INDArray own;
    try (Residual net = network()) {
      Trainer.of(net).epochs(1).fit(TinyNetworks.training(16, 8));
      own = weights(net);
    }
    Files.createDirectories(folder.resolve("best.safetensors/in the way"));
    try (Residual net = network()) {
      Trainer averaging = Trainer.of(net).epochs(1).averageWeights(0.5).checkpoints(folder);
      assertThrows(
          FileException.class,
          () -> averaging.fit(TinyNetworks.training(16, 8), loader(TinyNetworks.bands(6), 6)));
      assertThat(weights(net)).isEqualTo(own);
    }
  }

  // Checkpoints and settings

  @Test
  void aDamagedCheckpointSaysWhatItIsAndHowToBeginAnew() throws IOException {
    Path last = Files.writeString(folder.resolve("last.safetensors"), "junk");
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).epochs(1).checkpoints(folder);
      WeightsException e =
          assertThrows(WeightsException.class, () -> trainer.fit(TinyNetworks.training(16, 8)));
      assertThat(e)
          .hasMessageThat()
          .isEqualTo(
              last
                  + ": is not a weight file (PyTorch's .pth, .safetensors or .npz)\n"
                  + "  it is the checkpoint that this training would go on from\n"
                  + "  fix: to begin anew, delete it, call startOver(), or choose another folder");
      assertThat(trainer.startOver().fit(TinyNetworks.training(16, 8)).epochs()).hasSize(1);
    }
  }

  @Test
  void onlySettingsThatDifferAreTold() {
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).epochs(1).checkpoints(folder);
      trainer.fit(TinyNetworks.training(16, 8));
      WeightsException e =
          assertThrows(
              WeightsException.class,
              () ->
                  trainer
                      .updater(new Momentum(0.2, 0.9))
                      .clipNorm(1)
                      .fit(DataLoader.of(TinyNetworks.bands(16)).batchSize(4).seed(5).build()));
      assertThat(e)
          .hasMessageThat()
          .isEqualTo(
              folder.resolve("last.safetensors")
                  + ": was written by a training run with different settings\n"
                  + "  updater: Momentum(0.1, 0.9) there, Momentum(0.2, 0.9) here\n"
                  + "  batches of 8 there, batches of 4 here\n"
                  + "  shuffled there, not here\n"
                  + "  norm up to 1.0 here, not there\n"
                  + "  fix: use the same settings to go on, another folder, or startOver()");
    }
    try (OnePixel other = Networks.create(OnePixel.class, TinyNetworks.options())) {
      Trainer trainer = Trainer.of(other).epochs(1).checkpoints(folder);
      WeightsException e =
          assertThrows(WeightsException.class, () -> trainer.fit(TinyNetworks.training(16, 8)));
      assertThat(e)
          .hasMessageThat()
          .contains(
              "different settings\n  network: TinyNetworks_Residual there, TinyNetworks_OnePixel"
                  + " here\n  fix:");
    }
  }

  @Test
  void aNetworkThatIsFrozenUntilTheEndIsRefused() {
    String[] all = {"conv1", "bn1", "layer1", "layer2", "fc"};
    AtomicInteger batches = new AtomicInteger();
    try (Residual net = network()) {
      Trainer late = counting(Trainer.of(net).epochs(2).freezeUntil(3, all), batches);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> late.fit(TinyNetworks.training(16, 8)));
      assertThat(e).hasMessageThat().contains("nothing is left to learn");
      assertThrows(IllegalArgumentException.class, () -> late.dryRun(TinyNetworks.training(16, 8)));
      assertThat(batches.get()).isEqualTo(0);
      assertThat(late.epochs(3).fit(TinyNetworks.training(16, 8)).epochs()).hasSize(3);
      net.freeze(all);
      assertThrows(
          IllegalArgumentException.class,
          () -> Trainer.of(net).findLearningRate(TinyNetworks.training(16, 8)));
    }
  }

  @Test
  void aFolderInPlaceOfALogIsNamed() throws IOException {
    Path log = Files.createDirectories(folder.resolve("log.csv"));
    try (Residual net = network()) {
      FileException e =
          assertThrows(
              FileException.class,
              () -> Trainer.of(net).listener(new CsvLog(log)).fit(TinyNetworks.training(16, 8)));
      assertThat(e).hasMessageThat().isEqualTo(log + ": is a folder, where a file was expected");
    }
  }

  @Test
  void aFolderInPlaceOfACheckpointIsNamedWhenItIsToBeDeleted() throws IOException {
    Path last = folder.resolve("last.safetensors");
    Files.createDirectories(last.resolve("in the way"));
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).checkpoints(folder).startOver();
      FileException e =
          assertThrows(FileException.class, () -> trainer.fit(TinyNetworks.training(16, 8)));
      assertThat(e)
          .hasMessageThat()
          .isEqualTo(last + ": this old checkpoint is a folder, where a file was expected");
    }
  }

  // Listeners

  @Test
  void aListenerThatFailsDoesNotEndTheTrainingAndComesAfterTheCheckpoint() {
    List<Boolean> saved = new ArrayList<>();
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onStart(Start start) {
            throw new IllegalStateException("no such luck");
          }

          @Override
          public void onStep(Step step) {
            throw new IllegalStateException("a step");
          }

          @Override
          public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
            try (Weights last = Weights.open(folder.resolve("last.safetensors"))) {
              int epoch = Integer.parseInt(last.metadata().getOrDefault("blockwork.epoch", "-1"));
              saved.add(epoch == history.epochs().size());
            }
            // What Java without fonts throws.
            throw new NoClassDefFoundError("Could not initialize class sun.awt.X11FontManager");
          }

          @Override
          public void onEnd() {
            throw new IllegalStateException("the end");
          }
        };
    try (Residual net = network()) {
      TrainingHistory history =
          Trainer.of(net)
              .epochs(2)
              .checkpoints(folder)
              .listener(failing)
              .fit(TinyNetworks.training(16, 8));
      assertThat(history.epochs()).hasSize(2);
      assertThat(saved).containsExactly(true, true);
    }
  }

  @Test
  void aListenerEndsATrainingByCancellingIt() {
    TrainingListener cancelling =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            throw new CancellationException("enough");
          }
        };
    try (Residual net = network()) {
      Trainer trainer = Trainer.of(net).listener(cancelling);
      assertThrows(CancellationException.class, () -> trainer.fit(TinyNetworks.training(16, 8)));
    }
  }

  // Before the first epoch

  @Test
  void aLastBatchOfOneImageOnOnePixelIsFoundBeforeTheFirstStep() {
    AtomicInteger batches = new AtomicInteger();
    try (OnePixel net = Networks.create(OnePixel.class, TinyNetworks.options())) {
      Trainer trainer = counting(Trainer.of(net).epochs(1), batches);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> trainer.fit(TinyNetworks.training(9, 4)));
      assertThat(e).hasMessageThat().contains("layer4.0.bn1: a batch norm over maps of 1x1 pixels");
      assertThat(e).hasMessageThat().contains("the last batch has one");
      assertThat(e).hasMessageThat().contains("dropLast(true)");
      assertThat(
              assertThrows(
                  IllegalArgumentException.class, () -> trainer.fit(TinyNetworks.training(9, 1))))
          .hasMessageThat()
          .contains("each batch has one");
      assertThat(batches.get()).isEqualTo(0);
      trainer.fit(DataLoader.of(TinyNetworks.bands(9)).batchSize(4).dropLast(true).build());
      net.freeze("conv1", "bn1", "layer1", "layer2", "layer3", "layer4");
      trainer.fit(TinyNetworks.training(9, 4));
    }
  }

  @Test
  void foldersThatCannotBeWrittenAreFoundBeforeTheFirstStep() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    AtomicInteger batches = new AtomicInteger();
    try (Residual net = network()) {
      FileException checkpoints =
          assertThrows(
              FileException.class,
              () ->
                  counting(Trainer.of(net), batches)
                      .checkpoints(file.resolve("run"))
                      .fit(TinyNetworks.training(16, 8)));
      assertThat(checkpoints).hasMessageThat().contains("run: checkpoints cannot be written");
      for (TrainingListener log :
          List.of(
              new CsvLog(file.resolve("log.csv")),
              new CurvesPng(file.resolve("curves.png")),
              new TensorBoardLog(file.resolve("events")))) {
        RuntimeException e =
            assertThrows(
                RuntimeException.class,
                () ->
                    counting(Trainer.of(net), batches)
                        .listener(log)
                        .fit(TinyNetworks.training(16, 8)));
        assertThat(e).hasMessageThat().contains("cannot be written");
        assertThat(e).hasMessageThat().endsWith(file + " is a file, where a folder was expected");
      }
      assertThat(batches.get()).isEqualTo(0);
    }
  }

  @Test
  void validationWithoutABatchIsRefused() {
    try (Residual net = network();
        DataLoader none =
            DataLoader.of(TinyNetworks.bands(4)).batchSize(8).dropLast(true).build()) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Trainer.of(net).fit(TinyNetworks.training(16, 8), none));
      assertThat(e)
          .hasMessageThat()
          .contains("the validation data does not fill a single batch: 4 items");
    }
  }

  // Run folders

  @Test
  void aFolderIsForOneTrainingAtATime() {
    List<String> refusals = new ArrayList<>();
    TrainingListener intruder =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            try (Residual second = network()) {
              refusals.add(
                  assertThrows(
                          FileException.class,
                          () ->
                              Trainer.of(second)
                                  .checkpoints(folder)
                                  .fit(TinyNetworks.training(16, 8)))
                      .getMessage());
            }
          }
        };
    try (Residual net = network()) {
      Trainer.of(net)
          .epochs(1)
          .checkpoints(folder)
          .listener(intruder)
          .fit(TinyNetworks.training(16, 8));
      assertThat(refusals).hasSize(2);
      assertThat(refusals.get(0)).contains("another training run is using this folder");
      // The lock ends with the training.
      Trainer.of(net).epochs(2).checkpoints(folder).fit(TinyNetworks.training(16, 8));
    }
  }

  @Test
  void validationIsMadeRepeatableBeforeAnythingIsBound() {
    RecordingEngine engine = new RecordingEngine();
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options().engine(engine))) {
      Trainer.of(net)
          .epochs(1)
          .fit(TinyNetworks.training(16, 8), loader(TinyNetworks.bands(14), 6));
    }
    assertThat(engine.asked)
        .containsExactly(
            "repeatable 6", "repeatable 2", "training of 8", "inference of 6", "inference of 2")
        .inOrder();
  }

  @Test
  void aThreadThatDrawsStaysInterrupted() {
    // Other letters each time, which Java has to read from the fonts' files.
    for (char letter = '\u0100'; letter < '\u0128'; letter++, letter++) {
      List<String> names = List.of(String.valueOf(letter), String.valueOf((char) (letter + 1)));
      Thread.currentThread().interrupt();
      byte[] drawn = Charts.heatMap(names, new double[][] {{50, 50}, {50, 50}});
      assertThat(Thread.interrupted()).isTrue();
      assertThat(drawn).isNotEmpty();
    }
  }

  @Test
  void anInterruptedThreadStillWritesCheckpointsAndLogs() throws IOException {
    TrainingListener interrupting =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            Thread.currentThread().interrupt();
          }
        };
    logged(folder.resolve("calm"), new TrainingListener() {});
    Path run = folder.resolve("interrupted");
    logged(run, interrupting);
    assertThat(Thread.interrupted()).isTrue();
    try (Weights last = Weights.open(run.resolve("last.safetensors"))) {
      assertThat(last.metadata()).containsEntry("blockwork.steps", "4");
    }
    assertThat(Files.readString(run.resolve("log.csv")).lines().count()).isEqualTo(3);
    assertThat(Files.size(run.resolve("curves.png"))).isGreaterThan(0L);
    assertThat(bytesOfEvents(run)).isEqualTo(bytesOfEvents(folder.resolve("calm")));
  }

  private static void logged(Path run, TrainingListener listener) {
    try (Residual net = network()) {
      Trainer.of(net)
          .epochs(2)
          .checkpoints(run)
          .checkpointEvery(1)
          .log(run)
          .listener(listener)
          .fit(TinyNetworks.training(16, 8), loader(TinyNetworks.bands(6), 6));
    }
  }

  private static long bytesOfEvents(Path run) throws IOException {
    try (var files = Files.newDirectoryStream(run, "events*")) {
      return Files.size(files.iterator().next());
    }
  }

  @Test
  void aCheckpointOfALaterFormatIsRefused() {
    try (Residual net = network()) {
      trainer(net, 1).fit(TinyNetworks.training(16, 8));
      Path last = folder.resolve("last.safetensors");
      SafetensorsWriter later = new SafetensorsWriter();
      try (Weights weights = Weights.open(last)) {
        weights.names().forEach(name -> later.tensor(name, weights.get(name)));
        weights.metadata().forEach(later::metadata);
      }
      later.metadata("blockwork.format", "2").write(last);
      WeightsException e =
          assertThrows(
              WeightsException.class, () -> trainer(net, 2).fit(TinyNetworks.training(16, 8)));
      assertThat(e).hasMessageThat().contains("a checkpoint of format 2");
      assertThat(e).hasMessageThat().contains("reads format 1");
    }
  }

  @Test
  void anEpochTakenUpAtItsEndHasTheRateOfItsLastStep() {
    TrainingListener cancelling =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            if (step.step() == 2) {
              throw new CancellationException();
            }
          }
        };
    Schedule schedule = Schedule.cosine().warmUp(1, 0.25).perStep();
    try (Residual net = network()) {
      Trainer first = trainer(net, 2).schedule(schedule).listener(cancelling);
      assertThrows(CancellationException.class, () -> first.fit(TinyNetworks.training(16, 8)));
    }
    try (Residual net = network()) {
      TrainingHistory history =
          trainer(net, 2).schedule(schedule).fit(TinyNetworks.training(16, 8));
      TrainingHistory whole;
      try (Residual other = network()) {
        whole = Trainer.of(other).epochs(2).schedule(schedule).fit(TinyNetworks.training(16, 8));
      }
      assertThat(history.epochs().get(0).learningRate())
          .isEqualTo(whole.epochs().get(0).learningRate());
    }
  }
}
