package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.engine.EngineOptions;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingHistory;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Trains the network of a {@link Trainer} on the executors of Spark.
 *
 * <pre>{@code
 * Trainer trainer =
 *     Trainer.of(net).epochs(15).schedule(Schedule.cosine()).log(Path.of("run"))
 *         .checkpoints(HadoopCheckpoints.at(spark, "hdfs:///run"));
 * TrainingHistory history =
 *     SparkTrainer.of(ResNet20.class, net, trainer)
 *         .workers(8)
 *         .batchSize(128)
 *         .localSteps(16)
 *         .fit(train, validation);
 * }</pre>
 *
 * <p>All settings of the trainer hold: epochs, updater, schedule, losses, averages, early stopping,
 * listeners, logs, checkpoints. The network on the driver has the weights, and may be saved and
 * loaded anywhere.
 *
 * <p>A run goes in rounds, each a job of Spark's with a task for every worker. How far workers go
 * between two combinations is one number, {@link #localSteps}:
 *
 * <ul>
 *   <li>1 is synchronous SGD. Workers give gradients, and the driver makes the step of their mean.
 *       It is what one process does that {@linkplain Trainer#accumulate accumulates} the workers'
 *       batches, each of which has its own statistics in batch norms, as torch's
 *       DistributedDataParallel has it, and the running statistics move by the workers' mean. Where
 *       norms are frozen or absent, it is what one process does with the whole batch. (Statistics
 *       over all workers would take two jobs for each norm in each step; there are none.)
 *   <li>Above 1 is local SGD: workers make so many steps by themselves, with the trainer's updater
 *       and schedule, and the {@link OuterOptimizer} steps along the mean of their differences.
 * </ul>
 *
 * <p>Everything a round depends on is in what the driver sends: a task that dies is run again, on
 * whichever executor, and gives the same. The run is a function of the network's parameters, the
 * settings, the data and the number of workers, not of the number of executors. One whose driver
 * was killed goes on from its last checkpoint and ends with the same weights.
 *
 * @param <N> the network's interface
 */
public final class SparkTrainer<N extends ImageClassifier> {
  private final Class<N> type;
  private final N network;
  private final Trainer trainer;
  private int workers = 2;
  private int localSteps = 1;
  private int localFrom = 1;
  private int batchSize = 32;
  private boolean shuffle = true;
  private long seed;
  private boolean dropLast;
  private boolean keepUpdater = true;
  private OuterOptimizer outer = OuterOptimizer.averaging();
  private Compression compression = Compression.none();
  private EngineOptions engine = EngineOptions.defaults();
  private boolean anyEngine;

  private SparkTrainer(Class<N> type, N network, Trainer trainer) {
    this.type = type;
    this.network = network;
    this.trainer = trainer;
  }

  /**
   * Two workers that combine their gradients after every batch of 32.
   *
   * @param type the annotated interface
   * @param network of the trainer
   * @param trainer has all other settings
   * @throws IllegalArgumentException if the trainer trains another network
   */
  public static <N extends ImageClassifier> SparkTrainer<N> of(
      Class<N> type, N network, Trainer trainer) {
    if (trainer.network() != network) {
      throw new IllegalArgumentException(
          "the trainer trains another network: give Trainer.of the same one");
    }
    return new SparkTrainer<>(type, network, trainer);
  }

  /**
   * Into how many the data is divided, and how many tasks a round has, at least 1: as many as there
   * are slots for tasks, or a multiple.
   */
  public SparkTrainer<N> workers(int count) {
    workers = NumberChecks.positive("workers", count);
    return this;
  }

  /** Images in a batch of one worker, at least 1; what a step sees is this times the workers. */
  public SparkTrainer<N> batchSize(int images) {
    batchSize = NumberChecks.positive("batch size", images);
    return this;
  }

  /** Steps that workers make between combinations, at least 1: H. */
  public SparkTrainer<N> localSteps(int steps) {
    return localSteps(steps, 1);
  }

  /**
   * Post-local SGD (Lin et al., 2018): gradients are combined in every step of the first epochs,
   * and weights every {@code steps} steps from then on.
   *
   * @param steps at least 1
   * @param fromEpoch the first epoch with local steps, counted from 1
   */
  public SparkTrainer<N> localSteps(int steps, int fromEpoch) {
    localSteps = NumberChecks.positive("local steps", steps);
    localFrom = NumberChecks.positive("first epoch with local steps", fromEpoch);
    return this;
  }

  /** How differences change the weights; at first weights are averaged. */
  public SparkTrainer<N> outer(OuterOptimizer optimizer) {
    outer = optimizer;
    return this;
  }

  /**
   * Whether what the updater remembers (momentum) is averaged and goes on into the next round, as
   * at first. Otherwise it begins with zeros in each round, which saves half of the traffic and
   * slows the first ten steps or so of every round: for H of 100 and more.
   */
  public SparkTrainer<N> keepUpdater(boolean on) {
    keepUpdater = on;
    return this;
  }

  /** How gradients and differences travel; exactly, at first. */
  public SparkTrainer<N> compression(Compression way) {
    compression = way;
    return this;
  }

  /** Whether each epoch has an order of its own within each worker, as at first. */
  public SparkTrainer<N> shuffle(boolean on) {
    shuffle = on;
    return this;
  }

  /** Decides the orders, what transforms do at random, and the masks of dropout. */
  public SparkTrainer<N> seed(long value) {
    seed = value;
    return this;
  }

  /** Whether a worker's last batch, which is not full, is left out. */
  public SparkTrainer<N> dropLast(boolean on) {
    dropLast = on;
    return this;
  }

  /** How executors compute; the number of threads has no say, it is {@code spark.task.cpus}. */
  public SparkTrainer<N> engine(EngineOptions options) {
    engine = options;
    return this;
  }

  /**
   * Lets executors use whichever engine they can load; the result then depends on which that is.
   * Otherwise one that lacks the engine of the driver's network fails with an {@link
   * ExecutorException}.
   */
  public SparkTrainer<N> anyEngine() {
    anyEngine = true;
    return this;
  }

  OuterOptimizer outer() {
    return outer;
  }

  /** Steps of a round in an epoch. */
  int stepsOfRound(int epoch) {
    return epoch < localFrom ? 1 : localSteps;
  }

  String describeLocalSteps() {
    return localSteps == 1
        ? "synchronous"
        : localSteps + " local steps" + (localFrom > 1 ? " from epoch " + localFrom : "");
  }

  /**
   * Trains without validation.
   *
   * <p>It throws what {@link #fit(SparkImages, SparkImages)} throws.
   */
  public TrainingHistory fit(SparkImages train) {
    return fit(train, Optional.empty());
  }

  /**
   * Trains, and validates on all workers after every epoch.
   *
   * @return the results of the epochs
   * @throws ExecutorException if an executor lacks what it needs to run the network
   * @throws IllegalArgumentException if data and network do not fit each other, or a loss that the
   *     trainer was given cannot be serialised
   * @throws RuntimeException as {@link Trainer#fit(io.blockwork.data.DataLoader,
   *     io.blockwork.data.DataLoader)} does
   */
  public TrainingHistory fit(SparkImages train, SparkImages validation) {
    return fit(train, Optional.of(validation));
  }

  private TrainingHistory fit(SparkImages train, Optional<SparkImages> validation) {
    WorkerSettings settings = settings(train);
    requireSerializable(settings);
    try (SparkSteps steps = new SparkSteps(this, settings, train)) {
      steps.require();
      if (validation.isEmpty()) {
        return trainer.fit(steps, Optional.empty());
      }
      try (SparkValidation validating =
          new SparkValidation(settings(validation.get()), validation.get(), steps.replicas())) {
        return trainer.fit(steps, Optional.of(validating));
      }
    }
  }

  private WorkerSettings settings(SparkImages images) {
    SparkSession spark = images.spark();
    NetworkRecipe recipe = NetworkRecipe.of(type, network, engine, seed);
    return new WorkerSettings(
        anyEngine ? recipe.anyEngine() : recipe,
        trainer.stepSettings(),
        images.classNames(),
        images.pipeline(),
        images.onCorrupt(),
        workers,
        batchSize,
        shuffle,
        seed,
        dropLast,
        compression,
        keepUpdater,
        new SerializableConfiguration(spark.sessionState().newHadoopConf()));
  }

  private static void requireSerializable(WorkerSettings settings) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(settings);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the training's settings cannot be sent to executors (%s)%n  fix: make a function that"
                  + " gives a loss serializable: (Function<Batch, Loss> & Serializable) batch ->"
                  + " ...; a teacher cannot be sent",
              e),
          e);
    }
  }
}
