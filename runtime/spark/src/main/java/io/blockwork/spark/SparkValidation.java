package io.blockwork.spark;

import io.blockwork.Network;
import io.blockwork.train.Evaluation;
import io.blockwork.train.Validation;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Validation by all workers, each on its share of the images. */
final class SparkValidation implements Validation, AutoCloseable {
  private final WorkerSettings settings;
  private final JavaSparkContext context;
  private final JavaRDD<Shard> shards;
  private final Broadcast<Replicas> replicas;

  /**
   * @param settings of the validation's images
   * @param replicas those that train
   */
  SparkValidation(WorkerSettings settings, SparkImages images, Broadcast<Replicas> replicas) {
    this.settings = settings;
    this.context = JavaSparkContext.fromSparkContext(images.spark().sparkContext());
    this.shards = SparkJobs.run(() -> images.shards(settings.workers()));
    this.replicas = replicas;
  }

  @Override
  public List<String> classNames() {
    return settings.classNames();
  }

  @Override
  public Evaluation evaluate(Network network) {
    Broadcast<WeightValues> weights = context.broadcast(WeightValues.of(network.parameters()));
    Broadcast<Replicas> all = replicas;
    WorkerSettings data = settings;
    context.setJobDescription("validation");
    try {
      List<Evaluation> parts =
          SparkJobs.run(
              () ->
                  shards
                      .filter(shard -> !shard.examples().isEmpty())
                      .map(shard -> evaluate(all, weights, data, shard))
                      .collect());
      return parts.stream()
          .reduce(Evaluation::plus)
          .orElseThrow(() -> new IllegalArgumentException("the validation data has no images"));
    } finally {
      weights.destroy();
      context.setJobDescription(null);
    }
  }

  private static Evaluation evaluate(
      Broadcast<Replicas> replicas,
      Broadcast<WeightValues> weights,
      WorkerSettings data,
      Shard shard) {
    Replicas all = replicas.value();
    Replica mine = all.borrow(shard.index(), TaskContext.get().cpus());
    try {
      return mine.evaluate(weights.value(), shard, data);
    } finally {
      all.giveBack(mine);
    }
  }

  @Override
  public void close() {
    shards.unpersist(false);
  }
}
