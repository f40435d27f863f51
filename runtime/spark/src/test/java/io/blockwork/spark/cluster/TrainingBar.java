package io.blockwork.spark.cluster;

import io.blockwork.ImageClassifier;
import io.blockwork.Networks;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomCrop;
import io.blockwork.data.RandomHorizontalFlip;
import io.blockwork.spark.Compression;
import io.blockwork.spark.Example;
import io.blockwork.spark.SparkImages;
import io.blockwork.spark.SparkTrainer;
import io.blockwork.spark.example.CifarNet;
import io.blockwork.train.EpochResult;
import io.blockwork.train.Evaluation;
import io.blockwork.train.Momentum;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingHistory;
import io.blockwork.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The driver that trains ResNet-20 on folders of JPEGs, {@code train FOLDER EPOCHS}, or exchanges
 * the parameters of ResNet-50, {@code exchange ROUNDS IMAGES [STEPS]}: gradients after single
 * steps, or differences after several local ones, with the updater's momentum beside them.
 */
final class TrainingBar {
  private static final int LOCAL_STEPS = 16;
  private static final int BATCH = 128;

  private final SparkSession spark;
  private final int workers;

  /** What the driver had used by the end of each epoch of all trainings. */
  private final List<Double> cpuSeconds = new ArrayList<>();

  private TrainingBar(SparkSession spark) {
    this.spark = spark;
    this.workers = Integer.parseInt(spark.conf().get("spark.cores.max"));
  }

  /** Trains. */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      TrainingBar bar = new TrainingBar(spark);
      if (args[0].equals("train")) {
        bar.train(Path.of(args[1]), Integer.parseInt(args[2]));
      } else {
        int rounds = Integer.parseInt(args[1]);
        int images = Integer.parseInt(args[2]);
        int steps = args.length > 3 ? Integer.parseInt(args[3]) : 1;
        bar.exchange(rounds, images, steps, Compression.none());
        bar.exchange(rounds, images, steps, Compression.bf16());
      }
    }
  }

  private void train(Path folder, int epochs) {
    try (CifarNet net = Networks.create(CifarNet.class, Bars.network())) {
      Trainer trainer = trainer(net, 0.1, epochs);
      SparkImages images =
          SparkImages.folder(spark, folder.resolve("train").toUri().toString())
              .cached()
              .with(
                  () ->
                      Pipeline.of(
                          new RandomCrop(32, 4),
                          new RandomHorizontalFlip(0.5),
                          Normalize.imageNet()));
      TrainingHistory history =
          SparkTrainer.of(CifarNet.class, net, trainer)
              .workers(workers)
              .batchSize(BATCH)
              .localSteps(LOCAL_STEPS)
              .dropLast(true)
              .fit(images);
      int steps = Math.toIntExact(history.epochs().get(0).training().images() / BATCH / workers);
      print("ResNet-20", history, (steps + LOCAL_STEPS - 1) / LOCAL_STEPS, steps);
    }
  }

  private Trainer trainer(ImageClassifier net, double rate, int epochs) {
    return Trainer.of(net)
        .updater(new Momentum(rate, 0.9))
        .epochs(epochs)
        .progress(false)
        .listener(
            new TrainingListener() {
              @Override
              public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
                cpuSeconds.add(Bars.cpuSeconds());
              }
            });
  }

  private void print(String what, TrainingHistory history, int rounds, int steps) {
    for (EpochResult epoch : history.epochs()) {
      double seconds = epoch.time().toNanos() * 1e-9;
      double beyond = epoch.waited().toNanos() * 1e-9;
      int last = cpuSeconds.size() - history.epochs().size() + epoch.epoch() - 1;
      double cpu = last == 0 ? cpuSeconds.get(0) : cpuSeconds.get(last) - cpuSeconds.get(last - 1);
      System.out.printf(
          Locale.ROOT,
          "bar: %d workers, %s, epoch %d: %.1f images/s, %.4f s a step, %.3f s a round in %d rounds,"
              + " %.3f s of it beyond the steps, driver %.3f CPU s%n",
          workers,
          what,
          epoch.epoch(),
          epoch.imagesPerSecond(),
          (seconds - beyond) / steps,
          seconds / rounds,
          rounds,
          beyond / rounds,
          cpu / rounds);
    }
  }

  private void exchange(int rounds, int images, int steps, Compression compression) {
    try (ResNet50 net = Networks.create(ResNet50.class, Bars.network())) {
      List<Example> examples =
          IntStream.range(0, images * workers * rounds * steps)
              .<Example>mapToObj(
                  i ->
                      new Example.Values(
                          String.format(Locale.ROOT, "%05d", i), i % 2, new float[3 * 224 * 224]))
              .toList();
      List<String> names = IntStream.range(0, net.classes()).mapToObj(i -> "c" + i).toList();
      TrainingHistory history =
          SparkTrainer.of(ResNet50.class, net, trainer(net, 1e-6, 3))
              .workers(workers)
              .batchSize(images)
              .localSteps(steps)
              .compression(compression)
              .fit(
                  SparkImages.of(
                      spark,
                      JavaSparkContext.fromSparkContext(spark.sparkContext())
                          .parallelize(examples, workers),
                      names));
      String what =
          String.format(Locale.ROOT, "ResNet-50, H = %d, %s", steps, compression.describe());
      print(what, history, rounds, rounds * steps);
    }
  }
}
