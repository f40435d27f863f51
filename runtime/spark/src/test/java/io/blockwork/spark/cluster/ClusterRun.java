package io.blockwork.spark.cluster;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.spark.ExecutorException;
import io.blockwork.spark.HadoopCheckpoints;
import io.blockwork.spark.SparkImages;
import io.blockwork.spark.SparkPredictor;
import io.blockwork.spark.SparkTrainer;
import io.blockwork.spark.TinyNet;
import io.blockwork.train.Momentum;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingListener;
import io.blockwork.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;

/**
 * The driver of {@link ClusterTest}: {@code PICTURES RUN GATE WORK...}, where the work is {@code
 * train}, {@code train-any} (on whichever engine) or {@code predict}, one after the other.
 */
final class ClusterRun {
  private final SparkSession spark;
  private final String pictures;
  private final Path run;
  private final int gate;

  private ClusterRun(SparkSession spark, String pictures, Path run, int gate) {
    this.spark = spark;
    this.pictures = pictures;
    this.run = run;
    this.gate = gate;
  }

  /** Does the work, and says of each that it is done or was refused. */
  public static void main(String[] args) throws Exception {
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      ClusterRun driver =
          new ClusterRun(spark, args[0], Path.of(args[1]), Integer.parseInt(args[2]));
      for (String work : List.of(args).subList(3, args.length)) {
        try (TinyNet network =
            Networks.create(
                TinyNet.class,
                NetworkOptions.defaults()
                    .seed(4)
                    .engine(EngineOptions.named("onednn").threads(1)))) {
          if (work.equals("predict")) {
            driver.predict(network);
          } else {
            driver.train(network, work.equals("train-any"));
          }
          System.out.println("done: " + work);
        } catch (Exception e) {
          System.out.println("refused: " + refusal(e).getMessage());
        }
      }
    }
  }

  /** Training throws it as it is; an action on predictions is Spark's, and has it for a cause. */
  private static ExecutorException refusal(Exception failure) throws Exception {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ExecutorException refusal) {
        return refusal;
      }
    }
    throw failure;
  }

  /** Trains, and saves the weights as {@code final.safetensors}. */
  private void train(TinyNet network, boolean any) throws IOException {
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onTaskEnd(SparkListenerTaskEnd end) {
                System.out.println(
                    "ended: stage " + end.stageId() + ", task " + end.taskInfo().index());
              }
            });
    Trainer trainer =
        Trainer.of(network)
            .updater(new Momentum(0.05, 0.9))
            .loss(new Gate.HoldingLoss(gate))
            .epochs(2)
            .progress(false)
            .checkpoints(HadoopCheckpoints.at(spark, run.resolve("checkpoints").toUri().toString()))
            .checkpointEvery(2)
            .listener(
                new TrainingListener() {
                  @Override
                  public void onStep(Step step) {
                    System.out.println("step " + step.step());
                  }
                });
    SparkTrainer<TinyNet> distributed =
        SparkTrainer.of(TinyNet.class, network, trainer)
            .workers(2)
            .batchSize(4)
            .localSteps(2)
            .seed(1);
    if (any) {
      distributed.anyEngine();
    }
    distributed.fit(SparkImages.folder(spark, Path.of(pictures).toUri().toString()));
    Weights.save(network.parameters(), run.resolve("final.safetensors"));
  }

  /** Names the pictures, which are more than a batch for each worker. */
  private void predict(TinyNet network) {
    try (SparkPredictor predictor =
        SparkPredictor.of(TinyNet.class, network).batchSize(8).build(spark)) {
      long named =
          predictor
              .predict(
                  spark
                      .read()
                      .format("binaryFile")
                      .option("recursiveFileLookup", "true")
                      .load(pictures)
                      .repartition(2),
                  "content")
              .filter("prediction.error IS NULL")
              .count();
      System.out.println("named: " + named);
    }
  }
}
