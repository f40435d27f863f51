package io.blockwork.spark.example;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomCrop;
import io.blockwork.data.RandomHorizontalFlip;
import io.blockwork.spark.SparkImages;
import io.blockwork.spark.SparkPredictor;
import io.blockwork.spark.SparkTrainer;
import io.blockwork.train.Momentum;
import io.blockwork.train.Schedule;
import io.blockwork.train.TrainedClasses;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingHistory;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Trains ResNet-20 on folders of JPEGs with two workers, and names what is in a folder of pictures.
 * {@code train DATA [EPOCHS] [STEPS] [SEED] [WORKERS]} or {@code predict PICTURES}.
 */
public final class SparkCifar {
  private static final int WORKERS = 2;

  /** Of all workers together. */
  private static final int BATCH = 256;

  /** Epochs whose every step is combined: workers go apart most while weights change most. */
  private static final int SYNCHRONOUS_EPOCHS = 3;

  private SparkCifar() {}

  /**
   * Runs it, on the cluster that {@code -Dspark.master=} names, else with two threads of this JVM.
   *
   * @param args as above; {@code DATA} has {@code train/CLASS/*.jpg} and {@code test/CLASS/*.jpg}
   */
  public static void main(String[] args) throws java.io.IOException {
    boolean train = args.length > 1 && args[0].equals("train");
    if (!train && !(args.length == 2 && args[0].equals("predict"))) {
      System.err.println(
          "expected: train DATA [EPOCHS] [STEPS] [SEED] [WORKERS], or predict PICTURES");
      return;
    }
    Path run = Path.of(System.getProperty("run", "target/spark-cifar"));
    int workers = number(args, 5, WORKERS);
    try (SparkSession spark =
        SparkSession.builder()
            .appName("spark-cifar")
            .master(System.getProperty("spark.master", "local[" + workers + "]"))
            .config("spark.ui.enabled", "false")
            .getOrCreate()) {
      if (train) {
        int epochs = number(args, 2, 15);
        train(spark, args[1], run, epochs, number(args, 3, 16), number(args, 4, 1), workers);
      } else {
        predict(spark, args[1], run);
      }
    }
  }

  private static int number(String[] args, int at, int usual) {
    return args.length > at ? Integer.parseInt(args[at]) : usual;
  }

  /**
   * Trains as the README's recipe does, with batches of 128 for each of two workers.
   *
   * @param steps that a worker makes between combinations, after the first epochs
   * @param workers divide the batch among them
   * @return the results of the epochs
   */
  static TrainingHistory train(
      SparkSession spark, String data, Path run, int epochs, int steps, int seed, int workers) {
    try (CifarNet net = Networks.create(CifarNet.class, NetworkOptions.defaults().seed(seed))) {
      Trainer trainer =
          Trainer.of(net)
              .epochs(epochs)
              .updater(new Momentum(0.1, 0.9))
              .weightDecay(1e-4)
              .schedule(Schedule.cosine())
              .checkpoints(run)
              .log(run);
      SparkImages images = SparkImages.folder(spark, Path.of(data, "train").toUri().toString());
      return SparkTrainer.of(CifarNet.class, net, trainer)
          .workers(workers)
          .batchSize(BATCH / workers)
          .localSteps(steps, SYNCHRONOUS_EPOCHS + 1)
          .seed(seed)
          .fit(
              images
                  .cached()
                  .with(
                      () ->
                          Pipeline.of(
                              new RandomCrop(32, 4),
                              new RandomHorizontalFlip(0.5),
                              Normalize.imageNet())),
              SparkImages.folder(spark, Path.of(data, "test").toUri().toString()).cached());
    }
  }

  private static void predict(SparkSession spark, String pictures, Path run) {
    try (CifarNet net = Networks.create(CifarNet.class);
        Weights weights = Weights.open(run.resolve("best.safetensors"))) {
      net.parameters().load(weights);
      List<String> names = TrainedClasses.of(weights).orElseThrow();
      try (SparkPredictor predictor =
          SparkPredictor.of(CifarNet.class, net).classNames(names).batchSize(128).build(spark)) {
        Dataset<Row> files =
            spark
                .read()
                .format("binaryFile")
                .option("recursiveFileLookup", "true")
                .load(Path.of(pictures).toUri().toString())
                // Spark makes partitions of a few small files; they would not fill a batch.
                .coalesce(WORKERS);
        Dataset<Row> named =
            predictor
                .predict(files, "content")
                .selectExpr(
                    "path",
                    "prediction.name",
                    "round(prediction.score, 4) AS score",
                    "prediction.error")
                .cache();
        named.orderBy("path").show(20, 80);
        named.groupBy("name").count().orderBy("name").show();
      }
    }
  }
}
