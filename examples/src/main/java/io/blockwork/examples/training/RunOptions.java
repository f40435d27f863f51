package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.TestTimeViews;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.io.FileException;
import io.blockwork.io.SafeText;
import io.blockwork.train.Evaluation;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** What both examples can be told, and what they do alike. */
final class RunOptions {
  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "Folder with train/CLASS/*.jpg and test/CLASS/*.jpg of 32x32 pixels (default: CIFAR-10,"
              + " fetched once)")
  Optional<Path> data = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Checkpoints, logs and pictures go here (default: target/NAME OF THE EXAMPLE)")
  Optional<Path> out = Optional.empty();

  @Option(names = "--batch", defaultValue = "128", description = "Images in a batch (default: 128)")
  int batch;

  @Option(names = "--seed", defaultValue = "1", description = "Of all chance (default: 1)")
  long seed;

  @Option(
      names = "--workers",
      defaultValue = "1",
      description = "Threads that read images (default: 1)")
  int workers;

  @Option(
      names = "--precision",
      description =
          "Number format of the activations: ${COMPLETION-CANDIDATES} (default: FLOAT; --recipe FAST:"
              + " BFLOAT16 where the processor computes in it)")
  Optional<Precision> precision = Optional.empty();

  @Option(
      names = "--start-over",
      description = "Do not go on from the checkpoint that an earlier run has left")
  boolean startOver;

  /** How the network is to be made: seeded, and in the precision that was asked for, if one was. */
  NetworkOptions network() {
    NetworkOptions seeded = NetworkOptions.defaults().seed(seed);
    return precision
        .map(format -> seeded.engine(EngineOptions.named("onednn").precision(format)))
        .orElse(seeded);
  }

  /** Trains, evaluates, and writes what there is to see. */
  Evaluation run(
      ImageClassifier net, Trainer trainer, Dataset train, Dataset test, String defaultOut) {
    return run(
        net, trainer, train, UnaryOperator.identity(), test, TestTimeViews.plain(), defaultOut);
  }

  /**
   * Trains, evaluates, and writes what there is to see.
   *
   * @param loading how the training images come in batches, beyond size and order
   * @param views how the network is asked in the end
   */
  Evaluation run(
      ImageClassifier net,
      Trainer trainer,
      Dataset train,
      UnaryOperator<DataLoader.Builder> loading,
      Dataset test,
      TestTimeViews views,
      String defaultOut) {
    Path folder = out.orElse(Path.of("target", defaultOut));
    if (startOver) {
      trainer.startOver();
    }
    try (DataLoader training = loading.apply(training(train)).build();
        DataLoader testing = DataLoader.of(test).batchSize(batch).workers(workers).build()) {
      TrainingHistory history = trainer.checkpoints(folder).log(folder).fit(training, testing);
      Evaluation evaluation = Evaluation.of(net, testing, views);
      drawConfusion(evaluation, folder.resolve("confusion.png"));
      System.out.print(evaluation.text());
      printPipelineShare(history);
      System.out.println(SafeText.of(folder) + ": checkpoints, log.csv, curves.png, confusion.png");
      return evaluation;
    }
  }

  /** A picture is no reason to lose what was trained. */
  private static void drawConfusion(Evaluation evaluation, Path file) {
    try {
      evaluation.confusion().writePng(file);
    } catch (IllegalStateException | FileException e) {
      System.err.println(e.getMessage());
    }
  }

  private DataLoader.Builder training(Dataset train) {
    return DataLoader.of(train).batchSize(batch).shuffle(true).seed(seed).workers(workers);
  }

  private static void printPipelineShare(TrainingHistory history) {
    Duration time =
        history.epochs().stream().map(e -> e.time()).reduce(Duration.ZERO, Duration::plus);
    Duration waited =
        history.epochs().stream().map(e -> e.waited()).reduce(Duration.ZERO, Duration::plus);
    Duration loading =
        history.epochs().stream().map(e -> e.loading()).reduce(Duration.ZERO, Duration::plus);
    int processors = Runtime.getRuntime().availableProcessors();
    System.out.printf(
        Locale.ROOT,
        "trained for %.1f s, of which %.2f %% waiting for images; loading them took %.1f %% of %d"
            + " processors%n",
        time.toMillis() / 1e3,
        100.0 * waited.toNanos() / Math.max(1, time.toNanos()),
        100.0 * loading.toNanos() / Math.max(1, time.toNanos() * processors),
        processors);
  }
}
