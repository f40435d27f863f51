package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/** One call of {@link Trainer#fit}. */
final class TrainingRun {
  private final Trainer trainer;
  private final Network network;
  private final DataLoader train;
  private final Optional<DataLoader> validation;
  private final List<TrainingListener> listeners;
  private final Optimizer optimizer;
  private final double baseRate;
  private final Optional<WeightAverage> average;
  private final Optional<Checkpoints> checkpoints;
  private final int stepsPerEpoch;

  TrainingRun(Trainer trainer, DataLoader train, Optional<DataLoader> validation) {
    this.trainer = trainer;
    this.network = trainer.network;
    this.train = train;
    this.validation = validation;
    this.listeners = trainer.allListeners();
    // A copy, since the schedule changes its learning rate.
    IUpdater updater = trainer.updater.clone();
    this.baseRate = updater.hasLearningRate() ? updater.getLearningRate(0, 0) : 0;
    this.optimizer =
        Optimizer.of(network, updater)
            .weightDecay(trainer.weightDecay)
            .decoupledWeightDecay(trainer.decoupledWeightDecay)
            .decayNormsAndBiases(trainer.decayNormsAndBiases)
            .clipNorm(trainer.clipNorm);
    this.average =
        trainer.averageDecay.isPresent()
            ? Optional.of(
                new WeightAverage(network.parameters(), trainer.averageDecay.getAsDouble()))
            : Optional.empty();
    this.checkpoints =
        trainer.checkpoints.map(folder -> new Checkpoints(folder, trainer.settings(train)));
    this.stepsPerEpoch = (train.batches() + trainer.accumulate - 1) / trainer.accumulate;
  }

  TrainingHistory run() {
    if (train.batches() == 0) {
      throw new IllegalArgumentException(
          "the training data makes no batch: " + train + "; give more items or a smaller batch");
    }
    if (trainer.earlyStopping.isPresent() && validation.isEmpty()) {
      throw new IllegalArgumentException(
          "stopping early needs validation data: call fit(train, validation)");
    }
    if (trainer.startOver) {
      checkpoints.ifPresent(Checkpoints::clear);
    }
    RunState state =
        checkpoints.flatMap(c -> c.restore(network, optimizer, average)).orElseGet(RunState::fresh);
    try {
      var start =
          new TrainingListener.Start(
              network, trainer.epochs, train.dataset().size(), optimizer.steps());
      listeners.forEach(listener -> listener.onStart(start));
      TrainingHistory history = new TrainingHistory(state.epochs(), false);
      while (state.epoch() < trainer.epochs && !stopped(history)) {
        EpochResult trained = trainEpoch(state);
        history = validate(state, trained);
        state = new RunState(state.epoch() + 1, 0, new Meter(), history.epochs());
        save(state);
      }
      average.filter(WeightAverage::begun).ifPresent(WeightAverage::swap);
      return new TrainingHistory(history.epochs(), stopped(history));
    } finally {
      listeners.forEach(TrainingListener::onEnd);
    }
  }

  private boolean stopped(TrainingHistory history) {
    return trainer.earlyStopping.map(when -> when.stops(history)).orElse(false);
  }

  private EpochResult trainEpoch(RunState state) {
    Meter meter = state.soFar();
    long begin = System.nanoTime();
    double rate = baseRate;
    Duration waited;
    try (Epoch epoch = train.epoch(state.epoch(), state.batch())) {
      int gathered = 0;
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        double loss = trainBatch(batch, meter, state.epoch());
        int next = batch.number() + 1;
        gathered++;
        if (gathered == trainer.accumulate || !epoch.hasNext()) {
          rate = schedule();
          optimizer.step();
          average.ifPresent(WeightAverage::update);
          gathered = 0;
          tell(
              new TrainingListener.Step(
                  state.epoch(), optimizer.steps(), rate, loss, meter.metrics()));
          if (optimizer.steps() % trainer.checkpointEvery == 0) {
            save(new RunState(state.epoch(), next, meter, state.epochs()));
          }
        }
      }
      waited = epoch.waited();
    }
    return new EpochResult(
        state.epoch(),
        optimizer.steps(),
        rate,
        meter.metrics(),
        Optional.empty(),
        Duration.ofNanos(System.nanoTime() - begin),
        waited);
  }

  private void tell(TrainingListener.Step step) {
    listeners.forEach(listener -> listener.onStep(step));
  }

  private double trainBatch(Batch batch, Meter meter, int epoch) {
    INDArray images = batch.images().castTo(network.parameters().dataType());
    TrainingResult result = network.train(images, trainer.lossOf(batch));
    if (!Double.isFinite(result.loss())) {
      throw diverged(
          "epoch %d, batch %d: the loss is %s".formatted(epoch + 1, batch.number(), result.loss()),
          images);
    }
    // Some kernels' ReLU turns a NaN into a zero, which then shows in the gradients only.
    if (!Double.isFinite(network.gradients().flat().sumNumber().doubleValue())) {
      throw diverged(
          "epoch %d, batch %d: the gradients hold a NaN or an infinity"
              .formatted(epoch + 1, batch.number()),
          images);
    }
    if (trainer.accumulate > 1) {
      optimizer.accumulate(batch.size());
    }
    meter.add(result.loss(), result.output(), batch.labels());
    return result.loss();
  }

  /** The learning rate of the next step, which the updater is told if there is a schedule. */
  private double schedule() {
    if (trainer.schedule.isEmpty()) {
      return optimizer.updater().getLearningRate(optimizer.steps(), 0);
    }
    var at = new Schedule.Progress(optimizer.steps(), stepsPerEpoch, trainer.epochs);
    double rate = baseRate * trainer.schedule.get().factor(at);
    optimizer.updater().setLrAndSchedule(rate, null);
    return rate;
  }

  private TrainingHistory validate(RunState state, EpochResult trained) {
    Optional<Evaluation> evaluation = Optional.empty();
    if (validation.isPresent()) {
      Optional<WeightAverage> swapped = average.filter(WeightAverage::begun);
      swapped.ifPresent(WeightAverage::swap);
      evaluation = Optional.of(Evaluation.of(network, validation.get()));
      Metrics metrics = evaluation.get().metrics();
      if (checkpoints.isPresent() && isBest(metrics, state.epochs())) {
        requireFinite(state.epoch());
        checkpoints.get().saveBest(network);
      }
      swapped.ifPresent(WeightAverage::swap);
    }
    EpochResult result =
        new EpochResult(
            trained.epoch(),
            trained.steps(),
            trained.learningRate(),
            trained.training(),
            evaluation.map(Evaluation::metrics),
            trained.time(),
            trained.waited());
    List<EpochResult> epochs = new ArrayList<>(state.epochs());
    epochs.add(result);
    TrainingHistory history = new TrainingHistory(epochs, false);
    Optional<Evaluation> told = evaluation;
    listeners.forEach(listener -> listener.onEpoch(history, told));
    return history;
  }

  private static boolean isBest(Metrics metrics, List<EpochResult> before) {
    return new TrainingHistory(before, false)
        .best()
        .flatMap(EpochResult::validation)
        .map(best -> metrics.top1() > best.top1())
        .orElse(true);
  }

  /** Only good states are kept. */
  private void save(RunState state) {
    if (checkpoints.isPresent()) {
      requireFinite(state.epoch());
      checkpoints.get().save(network, optimizer, average, state);
    }
  }

  private void requireFinite(int epoch) {
    double sum = network.parameters().flat().sumNumber().doubleValue();
    if (!Double.isFinite(sum)) {
      String name = firstNonFiniteParameter();
      if (!name.isEmpty()) {
        throw new DivergedException(
            "epoch %d: %s holds a NaN or an infinity after step %d%s"
                .formatted(epoch + 1, name, optimizer.steps(), whatIsLeft()),
            name.substring(0, name.lastIndexOf('.')));
      }
    }
  }

  private DivergedException diverged(String what, INDArray images) {
    String layer;
    String where;
    if (!Double.isFinite(images.sumNumber().doubleValue())) {
      layer = "";
      where = "the images hold a NaN or an infinity";
    } else {
      layer = network.firstNonFinite(images).orElse("");
      String parameter = firstNonFiniteParameter();
      where =
          layer.isEmpty()
              ? "the output of every layer is finite: look at the loss and its gradient"
              : "the first layer whose output is not finite is " + layer;
      if (!parameter.isEmpty()) {
        where += " (" + parameter + " is not finite)";
      }
    }
    return new DivergedException(
        "%s, after %d steps: %s%s".formatted(what, optimizer.steps(), where, whatIsLeft()), layer);
  }

  private String whatIsLeft() {
    return checkpoints
            .map(c -> "; the last good checkpoint is " + c.last())
            .orElse("; there is no checkpoint, since checkpoints(folder) was not called")
        + "\n  fix: a smaller learning rate, a warm-up, or clipNorm";
  }

  private String firstNonFiniteParameter() {
    return network.parameters().names().stream()
        .filter(name -> !Double.isFinite(network.parameters().get(name).sumNumber().doubleValue()))
        .findFirst()
        .orElse("");
  }
}
