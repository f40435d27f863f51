package io.blockwork.train;

import io.blockwork.AuxiliaryOutput;
import io.blockwork.Network;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.io.FileException;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.Terminal;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Trains a network.
 *
 * <pre>{@code
 * TrainingHistory history =
 *     Trainer.of(net)
 *         .epochs(15)
 *         .updater(new Momentum(0.1, 0.9))
 *         .weightDecay(1e-4)
 *         .schedule(Schedule.cosine())
 *         .checkpoints(Path.of("run"))
 *         .log(Path.of("run"))
 *         .fit(train, validation);
 * }</pre>
 *
 * <p>What is frozen in the network stays as it is. A training run is a function of the network's
 * parameters, its settings, the loaders' seeds and the engine with its threads; one that was
 * killed, and is run again with the same settings, continues from its last checkpoint and ends with
 * the same weights, bit for bit, after the same number of epochs. (For that, engines do not choose
 * by measuring how they run batches of the validation's size.)
 *
 * <p>A trainer can be used again; each {@code fit} begins with a new optimizer.
 */
public final class Trainer {
  final Network network;
  final List<TrainingListener> listeners = new ArrayList<>();
  int epochs = 10;
  IUpdater updater = new Momentum(0.1, 0.9);
  double weightDecay;
  double decoupledWeightDecay;
  boolean decayNormsAndBiases = true;
  List<ParameterGroup> groups = List.of();
  Optional<LookaheadSteps> lookahead = Optional.empty();
  OptionalDouble sharpnessRadius = OptionalDouble.empty();
  Unfreezing unfreezing = Unfreezing.none();
  Optional<Schedule> schedule = Optional.empty();
  double clipNorm = Double.POSITIVE_INFINITY;
  int accumulate = 1;
  boolean synchronizedNorms;
  OptionalDouble averageDecay = OptionalDouble.empty();
  Optional<EarlyStopping> earlyStopping = Optional.empty();
  Optional<CheckpointStore> checkpoints = Optional.empty();
  int checkpointEvery = Integer.MAX_VALUE;
  int bestCount = 1;
  Optional<Score> bestBy = Optional.empty();
  List<Metric> metrics = List.of();
  int validateEvery = 1;
  int validateEverySteps = Integer.MAX_VALUE;
  Optional<Duration> timeBudget = Optional.empty();
  LongSupplier nanoTime = System::nanoTime;
  boolean startOver;

  double labelSmoothing;
  Optional<Function<Batch, Loss>> loss = Optional.empty();
  Optional<Function<Batch, Losses>> losses = Optional.empty();
  Optional<Teacher> teacher = Optional.empty();
  final Map<String, Double> auxiliaryWeights = new HashMap<>();
  private boolean speaks = true;

  /** What {@link Lookahead} is made with. */
  record LookaheadSteps(int every, double share) {}

  private Trainer(Network network) {
    this.network = network;
  }

  /**
   * A trainer with ten epochs of {@code Momentum(0.1, 0.9)} on softmax cross entropy, which tells
   * of its {@link #progress}.
   */
  public static Trainer of(Network network) {
    return new Trainer(Objects.requireNonNull(network, "network"));
  }

  /** Times to go through the training data, 0 or more. */
  public Trainer epochs(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("epochs: expected 0 or more, got " + count);
    }
    epochs = count;
    return this;
  }

  /**
   * What turns gradients into steps: {@link Momentum}, {@link Adam}, or one of {@code
   * org.nd4j.linalg.learning.config}. Its learning rate is the base of the {@link #schedule}.
   *
   * @throws IllegalArgumentException if its learning rate is negative, NaN or infinite, or ND4J
   *     cannot make it
   */
  public Trainer updater(IUpdater config) {
    Objects.requireNonNull(config, "config");
    updater = UpdaterChecks.usable(config);
    return this;
  }

  /** Weight decay as torch's SGD has it: see {@link Optimizer#weightDecay}. */
  public Trainer weightDecay(double l2) {
    weightDecay = NumberChecks.finiteNotNegative("weight decay", l2);
    return this;
  }

  /** Weight decay as torch's AdamW has it: see {@link Optimizer#decoupledWeightDecay}. */
  public Trainer decoupledWeightDecay(double decay) {
    decoupledWeightDecay = NumberChecks.finiteNotNegative("decoupled weight decay", decay);
    return this;
  }

  /** Whether batch norms and biases decay too, as they do at first. */
  public Trainer decayNormsAndBiases(boolean on) {
    decayNormsAndBiases = on;
    return this;
  }

  /**
   * Gives some parameters learning rates or weight decays of their own: see {@link
   * Optimizer#groups}.
   */
  public Trainer groups(ParameterGroup... own) {
    Objects.requireNonNull(own, "own");
    groups = List.of(own);
    return this;
  }

  /**
   * Steps of slow weights behind those of the updater: see {@link Lookahead}.
   *
   * @param every steps between two of the slow weights', at least 1: 5 is usual
   * @param share the part of the way that they go, above 0 and at most 1: 0.5 is usual
   */
  public Trainer lookahead(int every, double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share of the way: expected above 0 and at most 1, got " + share);
    }
    lookahead = Optional.of(new LookaheadSteps(NumberChecks.positive("steps", every), share));
    return this;
  }

  /**
   * Takes the gradients at the worst point nearby, with two passes for each batch: see {@link
   * SharpnessAware}.
   *
   * @param rho how far away that point is looked for, positive: 0.05 is usual
   */
  public Trainer sharpnessAware(double rho) {
    if (!(rho > 0) || Double.isInfinite(rho)) {
      throw new IllegalArgumentException("rho: expected a positive number, got " + rho);
    }
    sharpnessRadius = OptionalDouble.of(rho);
    return this;
  }

  /**
   * Keeps layers frozen until an epoch begins (Howard and Ruder, 2018). It can be called several
   * times, so that a pretrained network thaws from its end to its beginning; what is frozen in the
   * network itself stays so, and is all that is frozen when the training has ended.
   *
   * @param epoch from which on they learn, counted from 1
   * @param prefixes of layers, as {@link Network#freeze} takes them
   * @throws IllegalArgumentException if the epoch is not positive
   */
  public Trainer freezeUntil(int epoch, String... prefixes) {
    Objects.requireNonNull(prefixes, "prefixes");
    unfreezing = unfreezing.plus(NumberChecks.positive("epoch", epoch), prefixes);
    return this;
  }

  /** How the learning rate changes; without a schedule it is the updater's own affair. */
  public Trainer schedule(Schedule course) {
    Objects.requireNonNull(course, "course");
    schedule = Optional.of(course);
    return this;
  }

  /** Limits the norm of each step's gradients: see {@link Optimizer#clipNorm}. */
  public Trainer clipNorm(double largest) {
    if (!(largest > 0)) {
      throw new IllegalArgumentException(
          "largest norm: expected a positive number, got " + largest);
    }
    clipNorm = largest;
    return this;
  }

  /**
   * Makes one step for several batches, with their mean gradient: a large batch in the memory of a
   * small one. Batch norms take the statistics of each small one, unless they are {@linkplain
   * #synchronizedNorms synchronised}.
   *
   * @param batches for each step, at least 1; what remains of an epoch makes a smaller step
   */
  public Trainer accumulate(int batches) {
    accumulate = NumberChecks.positive("batches for each step", batches);
    return this;
  }

  /**
   * Whether batch norms take their statistics over all batches of a step that {@link #accumulate}
   * makes of several: off at first. Gradients and running statistics are then those of one batch of
   * all these images, to the last bit, and so is the memory that a step takes: a norm's gradients
   * need the values of every image at once. What is done batch by batch before, as Mixup, stays so.
   *
   * <p>It is for images that come in small batches, with statistics of large ones; to save memory
   * instead, leave it off. Over the workers of a cluster nothing is synchronised: Spark refuses it.
   */
  public Trainer synchronizedNorms(boolean on) {
    synchronizedNorms = on;
    return this;
  }

  /**
   * Smooths labels: see {@link Loss#softmaxCrossEntropy(org.nd4j.linalg.api.ndarray.INDArray,
   * double)}.
   */
  public Trainer labelSmoothing(double smoothing) {
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException(
          "label smoothing: expected at least 0 and less than 1, got " + smoothing);
    }
    labelSmoothing = smoothing;
    return this;
  }

  /**
   * What to minimise, instead of softmax cross entropy (of several classes binary cross entropy, of
   * numbers the mean squared error; validation then measures them by this loss too). Auxiliary
   * outputs have the same loss, with their weights.
   */
  public Trainer loss(Function<Batch, Loss> ofBatch) {
    Objects.requireNonNull(ofBatch, "ofBatch");
    loss = Optional.of(ofBatch);
    losses = Optional.empty();
    return this;
  }

  /**
   * What to minimise, with a loss for each output; neither {@link #labelSmoothing} nor {@link
   * #auxiliaryWeight} has a say in it.
   */
  public Trainer losses(Function<Batch, Losses> ofBatch) {
    Objects.requireNonNull(ofBatch, "ofBatch");
    losses = Optional.of(ofBatch);
    loss = Optional.empty();
    return this;
  }

  /**
   * Learns from another network too, which sees the same images, as they have been augmented and
   * mixed: see {@link Loss#distillation}. It has a say in {@link #loss} and in softmax cross
   * entropy, but not in {@link #losses}.
   *
   * @param network of as many classes and the same input; its own weights do not change
   * @param temperature that softens the outputs, positive: 1 to 10 is usual
   * @param weight of the other network, 0 to 1, beside the labels' {@code 1 - weight}
   * @throws IllegalArgumentException if the networks do not fit each other
   */
  public Trainer distillFrom(Network network, double temperature, double weight) {
    Objects.requireNonNull(network, "network");
    teacher = Optional.of(Teacher.of(network, this.network, temperature, weight));
    return this;
  }

  /**
   * Weighs the loss of an auxiliary output otherwise than the network's description does: the sum
   * of the main loss and {@code weight} times this one is minimised.
   *
   * @param output the auxiliary output's name
   * @param weight finite and at least 0
   * @throws IllegalArgumentException if the network has no such output, or the weight is out of
   *     range
   */
  public Trainer auxiliaryWeight(String output, double weight) {
    Objects.requireNonNull(output, "output");
    AuxiliaryOutput known = network.architecture().requireAuxiliary(output);
    auxiliaryWeights.put(output, new AuxiliaryOutput(output, known.shape(), weight).weight());
    return this;
  }

  /**
   * Averages the weights exponentially, after every step: see {@link WeightAverage}. Validation
   * uses the averages, and the network has them when the training has ended.
   */
  public Trainer averageWeights(double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(
          "decay of the averages: expected at least 0 and less than 1, got " + decay);
    }
    averageDecay = OptionalDouble.of(decay);
    return this;
  }

  /** Validates after every so many epochs, at least 1, and after the last one. */
  public Trainer validateEvery(int epochs) {
    validateEvery = NumberChecks.positive("epochs between validations", epochs);
    return this;
  }

  /**
   * Validates after every so many steps too, at least 1. Listeners hear of it, and the best weights
   * are kept; schedules and early stopping go by the validations of whole epochs alone.
   */
  public Trainer validateEverySteps(int steps) {
    validateEverySteps = NumberChecks.positive("steps between validations", steps);
    return this;
  }

  /**
   * Stops after the first step that ends later than this, counted from the beginning of {@code
   * fit}. If there are checkpoints, that step is kept, and the next call of {@code fit} goes on
   * from there with a budget of its own.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Trainer timeBudget(Duration budget) {
    if (budget.isZero() || budget.isNegative()) {
      throw new IllegalArgumentException(
          "time budget: expected a positive duration, got " + budget);
    }
    timeBudget = Optional.of(budget);
    return this;
  }

  /**
   * Measures in validation too, beside loss and accuracies (of several classes, mean average
   * precision and F1; of numbers, MAE, RMSE and R2). The outputs of a validation are held in memory
   * for them.
   */
  public Trainer metrics(Metric... own) {
    Objects.requireNonNull(own, "own");
    metrics = List.of(own);
    return this;
  }

  /**
   * Stops when validation's top-1 accuracy has not risen for some epochs; the network then has the
   * weights of the best one, see {@link EarlyStopping}.
   */
  public Trainer stopEarly(int patience) {
    return stopEarly(new EarlyStopping(patience, EarlyStopping.Measure.TOP1));
  }

  /** Stops when validation has not got better for some epochs: see {@link EarlyStopping}. */
  public Trainer stopEarly(EarlyStopping when) {
    Objects.requireNonNull(when, "when");
    earlyStopping = Optional.of(when);
    return this;
  }

  /**
   * Adds a listener; they are called in the order in which they were added. One that fails is
   * warned of, and does not end the training: see {@link TrainingListener}.
   */
  public Trainer listener(TrainingListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Whether to tell of the progress, as at first: on a terminal by a {@link ProgressLine} on the
   * error stream, elsewhere (a log file, Maven, an IDE's console) by {@link EpochLines} on the
   * output stream.
   */
  public Trainer progress(boolean on) {
    speaks = on;
    return this;
  }

  /**
   * Logs into a folder: {@code log.csv}, {@code curves.png} and event files for TensorBoard, all
   * written as the training runs. Those of an earlier run, which this one does not go on from, are
   * renamed and never overwritten.
   *
   * @see CsvLog
   * @see CurvesPng
   * @see TensorBoardLog
   */
  public Trainer log(Path folder) {
    return listener(new CsvLog(folder.resolve("log.csv")))
        .listener(new CurvesPng(folder.resolve("curves.png")))
        .listener(new TensorBoardLog(folder));
  }

  /**
   * Keeps checkpoints in a folder, after every epoch: {@code last.safetensors}, and the weights of
   * the best epoch in validation in {@code best.safetensors}. If the folder has a checkpoint when
   * {@code fit} is called, training continues from there. Only one training run at a time may use a
   * folder; {@code training.lock} keeps others out. Both files hold the names of the classes, see
   * {@link TrainedClasses}.
   *
   * <p>A process that is told to end, by Ctrl-C or SIGTERM, ends its step and writes the checkpoint
   * first; {@code fit} does not return then.
   */
  public Trainer checkpoints(Path folder) {
    Objects.requireNonNull(folder, "folder");
    return checkpoints(new CheckpointFolder(folder));
  }

  /** Keeps checkpoints, as {@link #checkpoints(Path)} does, in some other place. */
  public Trainer checkpoints(CheckpointStore place) {
    Objects.requireNonNull(place, "place");
    checkpoints = Optional.of(place);
    return this;
  }

  /** Keeps a checkpoint after every so many steps too, at least 1. */
  public Trainer checkpointEvery(int steps) {
    checkpointEvery = NumberChecks.positive("steps between checkpoints", steps);
    return this;
  }

  /**
   * Keeps the weights of several best validations: {@code best.safetensors} is the best of all, and
   * each has a file {@code best-step-N.safetensors}. Without this, one is kept, by {@link
   * Score#TOP1}; of several classes by their mean average precision, of numbers by {@link
   * Score#LOSS}.
   *
   * @param count how many, at least 1
   * @param by what is to be best
   */
  public Trainer keepBest(int count, Score by) {
    Objects.requireNonNull(by, "by");
    bestCount = NumberChecks.positive("best weights to keep", count);
    bestBy = Optional.of(by);
    return this;
  }

  /** Ignores, and replaces, the checkpoints of an earlier training run. */
  public Trainer startOver() {
    startOver = true;
    return this;
  }

  /**
   * Looks for a learning rate: a hundred steps in which it grows from 1e-6 to 10, fewer if the loss
   * explodes before. Each is a step as {@code fit} makes it, of as many batches. The network is
   * left as it was; the schedule has no say.
   *
   * @param train the training data, gone through as often as it takes
   * @throws IllegalArgumentException if the data does not fill a batch
   * @throws UnsupportedOperationException if the updater has no learning rate
   */
  public LearningRates findLearningRate(DataLoader train) {
    return findLearningRate(train, 1e-6, 10, 100);
  }

  /**
   * Looks for a learning rate as {@link #findLearningRate(DataLoader)} does.
   *
   * @param least the first rate, positive
   * @param largest the last rate, above the first
   * @param steps between them, at least 2
   * @throws IllegalArgumentException if a number is out of range, or the data does not fill a batch
   * @throws UnsupportedOperationException if the updater has no learning rate
   */
  public LearningRates findLearningRate(DataLoader train, double least, double largest, int steps) {
    FitChecks.requireLearning(network, network.frozen());
    FitChecks.requireData(this, train);
    return new RangeTest(least, largest, steps).run(this, train);
  }

  /**
   * Takes one batch through everything that {@link #fit(DataLoader, DataLoader)} will do: a step,
   * validation, and writing a checkpoint. What it throws, {@code fit} would have thrown after
   * hours. Nothing is changed: not the network, not a checkpoint or log of an earlier run.
   *
   * @return what was done and how long an epoch will take, for people; it is printed too, if the
   *     trainer tells of its {@link #progress}
   */
  public String dryRun(DataLoader train, DataLoader validation) {
    Objects.requireNonNull(validation, "validation");
    return dryRun(train, Optional.of(validation));
  }

  /** The same without validation. */
  public String dryRun(DataLoader train) {
    return dryRun(train, Optional.empty());
  }

  private String dryRun(DataLoader train, Optional<DataLoader> validation) {
    FitChecks.requireLearning(this);
    FitChecks.require(this, train, validation);
    String told = new DryRun(this, train).run(validation);
    if (speaks) {
      System.out.println(told);
    }
    return told;
  }

  /**
   * Trains without validation.
   *
   * <p>It throws what {@link #fit(DataLoader, DataLoader)} throws.
   */
  public TrainingHistory fit(DataLoader train) {
    FitChecks.require(this, train, Optional.empty());
    return fit(new LocalSteps(train, accumulate, synchronizedNorms), Optional.empty());
  }

  /**
   * Trains, and validates after every epoch. The network keeps its own weights if this throws, even
   * if it validates averaged ones.
   *
   * @param train the training data, usually shuffled
   * @param validation not shuffled, with nothing done at random; its classes are those of the
   *     training data, in the same order
   * @return the results of the epochs
   * @throws IllegalArgumentException before the first step, if the data do not fit each other or
   *     the network: no batch, other classes in validation, a last batch of one image that a batch
   *     norm over 1x1 pixels cannot train on; or if all of the network is frozen; later, if a label
   *     is not valid
   * @throws DivergedException if images, loss, gradients, weights or running statistics are not
   *     finite any more; the last good checkpoint is still there
   * @throws FileException if a checkpoint cannot be written, another training run uses its folder,
   *     or the one that is there was written by a training run with different settings or classes;
   *     before the first step also if a log cannot be written (a log that fails later only causes a
   *     warning)
   * @throws java.io.UncheckedIOException likewise, from listeners
   * @throws io.blockwork.data.DataException if a record is damaged and the loader is to stop then
   * @throws IllegalStateException if the network is closed, or the data set makes an image of
   *     another shape
   * @throws java.util.concurrent.CancellationException if a listener throws it to end the training
   */
  public TrainingHistory fit(DataLoader train, DataLoader validation) {
    Objects.requireNonNull(validation, "validation");
    FitChecks.require(this, train, Optional.of(validation));
    return fit(
        new LocalSteps(train, accumulate, synchronizedNorms),
        Optional.of(new LoaderValidation(validation, measuring())));
  }

  /**
   * Trains by steps that are computed elsewhere; all else is as in {@link #fit(DataLoader,
   * DataLoader)}, and so is what it throws.
   *
   * @param validation after every epoch; empty: none
   */
  public TrainingHistory fit(StepSource train, Optional<Validation> validation) {
    Objects.requireNonNull(validation, "validation");
    return new TrainingRun(this, train, validation).run();
  }

  /** What a validation finds out. */
  Measuring measuring() {
    return new Measuring(metrics, loss);
  }

  /** The network that is trained. */
  public Network network() {
    return network;
  }

  /** What a step does, as it is set now. */
  public StepSettings stepSettings() {
    return new StepSettings(this);
  }

  /** Those that were added, and what tells of the progress if it is to. */
  List<TrainingListener> allListeners() {
    List<TrainingListener> all = new ArrayList<>(listeners);
    if (speaks) {
      all.add(Terminal.isThere() ? new ProgressLine(System.err) : new EpochLines(System.out));
    }
    return all;
  }

  /** What has to stay the same for a training run to be resumed. */
  String settings(StepSource train) {
    return stepSettings().describe(network.architecture())
        + (averageDecay.isPresent() ? ", averaged by " + averageDecay.getAsDouble() : "")
        + ways()
        + "; "
        + train.describe();
  }

  /** Those that are not usual. */
  private String ways() {
    StringBuilder text = new StringBuilder();
    groups.forEach(group -> text.append(", ").append(group));
    teacher.ifPresent(t -> text.append(", ").append(t));
    lookahead.ifPresent(l -> text.append(", lookahead " + l.every() + " by " + l.share()));
    sharpnessRadius.ifPresent(rho -> text.append(", sharpness within ").append(rho));
    unfreezing
        .parts()
        .forEach(
            part -> text.append(", " + part.prefixes() + " frozen until epoch " + part.epoch()));
    return text.toString();
  }
}
