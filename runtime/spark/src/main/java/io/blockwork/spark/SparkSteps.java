package io.blockwork.spark;

import io.blockwork.Network;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.DivergedException;
import io.blockwork.train.Meter;
import io.blockwork.train.Metrics;
import io.blockwork.train.Optimizer;
import io.blockwork.train.StepSource;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Steps that workers compute, in rounds. A round is one job of Spark's, with a task for each
 * worker: it gets the weights, and gives back a gradient or the difference that some steps have
 * made.
 */
final class SparkSteps implements StepSource, AutoCloseable {
  private static final String VELOCITY = "outer";

  private final SparkTrainer<?> trainer;
  private final WorkerSettings settings;
  private final JavaSparkContext context;
  private final JavaRDD<Shard> shards;
  private final List<Integer> sizes;
  private final Broadcast<Replicas> replicas;
  private final String name;

  /** The outer optimizer's velocity, if it has momentum. */
  private Optional<INDArray> velocity = Optional.empty();

  SparkSteps(SparkTrainer<?> trainer, WorkerSettings settings, SparkImages images) {
    this.trainer = trainer;
    this.settings = settings;
    this.name = images.name();
    this.context = JavaSparkContext.fromSparkContext(images.spark().sparkContext());
    this.shards = SparkJobs.run(() -> images.shards(settings.workers()));
    this.replicas = context.broadcast(new Replicas(settings));
    // Reads every worker's data once, so that a damaged source is known before the first round.
    this.sizes = SparkJobs.run(() -> shards.map(shard -> shard.examples().size()).collect());
  }

  /** The workers' data; for validation with the same settings. */
  Broadcast<Replicas> replicas() {
    return replicas;
  }

  @Override
  public long images() {
    return sizes.stream().mapToLong(Integer::longValue).sum();
  }

  /** Batches that the worker with the most has in an epoch. */
  private int batches() {
    int most = sizes.stream().mapToInt(Integer::intValue).max().orElse(0);
    int batch = settings.batchSize();
    return settings.dropLast() ? most / batch : (most + batch - 1) / batch;
  }

  @Override
  public int steps() {
    int each = settings.steps().accumulate();
    return (batches() + each - 1) / each;
  }

  /**
   * Checks that there is something to train on, and that workers can do what is asked.
   *
   * @throws IllegalArgumentException if a worker's images do not fill a batch, or norms are to see
   *     several batches at once
   */
  void require() {
    if (settings.steps().synchronizedNorms()) {
      throw new IllegalArgumentException(
          "synchronizedNorms: a cluster's workers take the statistics of their own batches; leave it"
              + " off, or make the batches larger");
    }
    int least = sizes.stream().mapToInt(Integer::intValue).min().orElse(0);
    if (least == 0 || settings.dropLast() && least < settings.batchSize()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: %d images for %d workers do not fill a batch of %d each; use more images, fewer"
                  + " workers or a smaller batch",
              name, images(), settings.workers(), settings.batchSize()));
    }
  }

  @Override
  public List<String> classNames() {
    return settings.classNames();
  }

  @Override
  public String describe() {
    return SafeText.format(
        "%d images for %d workers, batches of %d%s%s, seed %d, %s, %s, %s%s",
        images(),
        settings.workers(),
        settings.batchSize(),
        settings.dropLast() ? " (last one left out)" : "",
        settings.shuffle() ? ", shuffled" : "",
        settings.seed(),
        trainer.describeLocalSteps(),
        trainer.outer(),
        settings.compression().describe(),
        settings.keepUpdater() ? "" : ", updater anew in each round");
  }

  @Override
  public Map<String, INDArray> state() {
    return velocity.map(v -> Map.of(VELOCITY, v)).orElse(Map.of());
  }

  @Override
  public void restore(Map<String, INDArray> state) {
    velocity = Optional.ofNullable(state.get(VELOCITY));
  }

  @Override
  public StepSource.Pass pass(Run run, int epoch, int batch) {
    return new Rounds(run, epoch, batch);
  }

  @Override
  public void close() {
    replicas.destroy();
    shards.unpersist(false);
  }

  /** The rounds of an epoch. */
  private final class Rounds implements StepSource.Pass {
    private final Run run;
    private final Network network;
    private final Optimizer optimizer;
    private final int epoch;
    private int batch;
    private long waitedNanos;

    Rounds(Run run, int epoch, int batch) {
      this.run = run;
      this.network = run.network();
      this.optimizer = run.optimizer();
      this.epoch = epoch;
      this.batch = batch;
    }

    @Override
    public boolean hasNext() {
      return batch < batches();
    }

    @Override
    public Done next() {
      long begin = System.nanoTime();
      int each = settings.steps().accumulate();
      int left = (batches() - batch + each - 1) / each;
      int local = trainer.stepsOfRound(epoch);
      int steps = local == 1 ? 1 : Math.min(local, left);
      double[] rates = new double[local == 1 ? 0 : steps];
      for (int i = 0; i < rates.length; i++) {
        rates[i] = run.rate(optimizer.steps() + i);
      }
      Parameters parameters = network.parameters();
      Round round =
          new Round(
              WeightValues.of(parameters),
              rates.length > 0 && settings.keepUpdater() ? updater() : new byte[0],
              optimizer.steps(),
              parameters.passes(),
              epoch,
              batch,
              rates,
              network.frozen(),
              run.isScheduled());
      List<Contribution> parts = compute(round);
      double rate = round.local() ? rates[steps - 1] : run.rate(optimizer.steps());
      // Where every image was damaged and left out, there is nothing to step along.
      if (!parts.isEmpty()) {
        Combination combination = new Combination(parts);
        if (round.local()) {
          combine(combination, steps);
        } else {
          step(parts);
        }
        combination.statisticsInto(parameters);
      }
      parameters.passes(round.passes() + (long) steps * each * settings.workers());
      batch += steps * each;
      Meter done = new Meter();
      parts.forEach(part -> done.add(Meter.decode(part.meter())));
      run.meter().add(done);
      Metrics metrics = (parts.isEmpty() ? run.meter() : done).metrics();
      long busy = parts.stream().mapToLong(Contribution::busyNanos).max().orElse(0);
      waitedNanos += Math.max(0, System.nanoTime() - begin - busy);
      return new Done(batch, rate, metrics.loss(), metrics.auxiliary());
    }

    private byte[] updater() {
      return optimizer.state().map(s -> WeightValues.bytes(NativeValues.of(s))).orElse(new byte[0]);
    }

    /**
     * Runs the job; what comes back is in the order of the workers, without those that had no
     * image.
     */
    private List<Contribution> compute(Round round) {
      Broadcast<Round> sent = context.broadcast(round);
      Broadcast<Replicas> all = replicas;
      context.setJobDescription(SafeText.format("epoch %d, step %d", epoch, optimizer.steps() + 1));
      try {
        List<Contribution> parts =
            SparkJobs.run(() -> shards.map(shard -> RoundTask.run(all, sent, shard)).collect());
        parts.stream()
            .map(Contribution::failure)
            .flatMap(failure -> Optional.ofNullable(failure).stream())
            .findFirst()
            .ifPresent(
                failure -> {
                  throw failure instanceof DivergedException
                      ? run.diverged(
                          String.valueOf(failure.getMessage()),
                          "use a smaller learning rate, a warm-up, or clipNorm")
                      : failure;
                });
        return parts.stream()
            .filter(part -> part.images() > 0)
            .sorted(Comparator.comparingInt(Contribution::worker))
            .toList();
      } finally {
        sent.destroy();
        context.setJobDescription(null);
      }
    }

    /** Synchronous: the same calls as for accumulated batches in one process. */
    private void step(List<Contribution> parts) {
      INDArray gradients = network.gradients().flat();
      for (Contribution part : parts) {
        settings.compression().decode(part.values(), NativeValues.of(gradients));
        optimizer.accumulate(part.images());
      }
      run.prepareStep();
      optimizer.step();
    }

    /** Local steps: the mean difference is the outer optimizer's gradient. */
    private void combine(Combination combination, int steps) {
      Parameters parameters = network.parameters();
      INDArray difference =
          combination.mean(
              parameters.dataType(),
              parameters.count(),
              settings.compression(),
              Contribution::values);
      OuterOptimizer outer = trainer.outer();
      if (outer.momentum() > 0) {
        INDArray remembered =
            velocity.orElseGet(() -> Nd4j.zeros(parameters.dataType(), parameters.count()));
        remembered.muli(outer.momentum()).addi(difference);
        Nd4j.getBlasWrapper().axpy(Double.valueOf(outer.momentum()), remembered, difference);
        velocity = Optional.of(remembered);
      }
      parameters.write(
          memory ->
              Nd4j.getBlasWrapper().axpy(Double.valueOf(-outer.rate()), difference, memory.flat()));
      difference.close();
      Optional<INDArray> state = Optional.empty();
      if (settings.keepUpdater() && optimizer.state().isPresent()) {
        INDArray own = optimizer.state().get();
        state =
            Optional.of(
                combination.mean(
                    own.dataType(),
                    own.length(),
                    settings.compression().dense(),
                    Contribution::updater));
      }
      optimizer.restore(optimizer.steps() + steps, state.or(optimizer::state));
      state.ifPresent(INDArray::close);
    }

    @Override
    public Duration waited() {
      return Duration.ofNanos(waitedNanos);
    }

    @Override
    public void close() {
      // A round is over when it returns.
    }
  }
}
