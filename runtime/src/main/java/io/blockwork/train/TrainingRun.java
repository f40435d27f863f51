package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Losses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/** One call of {@link Trainer#fit}. */
final class TrainingRun {
  private static final String SMALLER_STEPS = "use a smaller learning rate, a warm-up, or clipNorm";

  private final Trainer trainer;
  private final Network network;
  private final DataLoader train;
  private final Optional<DataLoader> validation;
  private final Listeners listeners;
  private final Optimizer optimizer;
  private final double baseRate;
  private final Optional<Lookahead> lookahead;
  private final Optional<SharpnessAware> sharpness;
  private final Optional<WeightAverage> average;
  private final Optional<Checkpoints> checkpoints;
  private final int stepsPerEpoch;

  /** What is frozen in the network whatever the epoch. */
  private final List<String> frozen;

  private long begun;

  TrainingRun(Trainer trainer, DataLoader train, Optional<DataLoader> validation) {
    this.trainer = trainer;
    this.network = trainer.network;
    this.train = train;
    this.validation = validation;
    this.listeners = new Listeners(trainer.allListeners());
    // A copy, since the schedule changes its learning rate.
    IUpdater updater = trainer.updater.clone();
    this.baseRate = updater.hasLearningRate() ? updater.getLearningRate(0, 0) : 0;
    this.optimizer = trainer.optimizer(updater);
    this.lookahead =
        trainer.lookahead.map(l -> new Lookahead(network.parameters(), l.every(), l.share()));
    this.sharpness =
        trainer.sharpnessRadius.isPresent()
            ? Optional.of(new SharpnessAware(network, trainer.sharpnessRadius.getAsDouble()))
            : Optional.empty();
    this.average =
        trainer.averageDecay.isPresent()
            ? Optional.of(
                new WeightAverage(network.parameters(), trainer.averageDecay.getAsDouble()))
            : Optional.empty();
    this.checkpoints =
        trainer.checkpoints.map(
            folder ->
                new Checkpoints(
                    folder,
                    new BestWeights(folder, trainer.bestCount, trainer.bestBy),
                    trainer.settings(train),
                    train.dataset().classNames()));
    this.stepsPerEpoch = (train.batches() + trainer.accumulate - 1) / trainer.accumulate;
    this.frozen = network.frozen();
  }

  TrainingHistory run() {
    begun = trainer.nanoTime.getAsLong();
    FitChecks.require(trainer, train, validation);
    if (checkpoints.isEmpty()) {
      return runAlone();
    }
    try (RunLock lock = checkpoints.get().lock()) {
      return runAlone();
    }
  }

  private TrainingHistory runAlone() {
    validation.ifPresent(this::makeRepeatable);
    if (trainer.startOver) {
      checkpoints.ifPresent(Checkpoints::clear);
    }
    try {
      // Before anything is read: a prefix that names nothing is refused here.
      freezeFor(0);
      return runFrom(
          checkpoints
              .flatMap(c -> c.restore(network, optimizer, lookahead, average))
              .orElseGet(RunState::fresh));
    } finally {
      if (!trainer.unfreezing.parts().isEmpty()) {
        network.freeze(frozen.toArray(String[]::new));
      }
    }
  }

  private void freezeFor(int epoch) {
    if (!trainer.unfreezing.parts().isEmpty()) {
      network.freeze(trainer.unfreezing.frozenIn(epoch, frozen));
    }
  }

  private TrainingHistory runFrom(RunState first) {
    RunState state = first;
    TrainingHistory history = new TrainingHistory(state.epochs(), false);
    try {
      listeners.start(
          new TrainingListener.Start(
              network, trainer.epochs, train.dataset().size(), optimizer.steps(), history));
      while (state.epoch() < trainer.epochs && !stopped(history)) {
        freezeFor(state.epoch());
        Optional<EpochResult> trained = trainEpoch(state);
        if (trained.isEmpty()) {
          break;
        }
        requireFinite(state.epoch());
        Optional<Evaluation> evaluation =
            isValidated(state.epoch()) ? validate(state.epoch()) : Optional.empty();
        history = history.with(trained.get().with(evaluation.map(Evaluation::metrics)));
        state = new RunState(state.epoch() + 1, 0, new Meter(), history.epochs());
        // Before the listeners, which may fail.
        save(state);
        listeners.epoch(history, evaluation);
      }
      average.filter(WeightAverage::begun).ifPresent(WeightAverage::swap);
      boolean early = history.epochs().size() < trainer.epochs && stopped(history);
      return new TrainingHistory(history.epochs(), early);
    } finally {
      listeners.end();
    }
  }

  private boolean isValidated(int epoch) {
    return (epoch + 1) % trainer.validateEvery == 0 || epoch + 1 == trainer.epochs;
  }

  /** Which epoch is the best, and when to stop, must not depend on the process that validates. */
  private void makeRepeatable(DataLoader loader) {
    network.engine().makeRepeatable(network.parameters(), loader.batchSize());
    int rest = loader.dataset().size() % loader.batchSize();
    if (rest > 0) {
      network.engine().makeRepeatable(network.parameters(), rest);
    }
  }

  private boolean stopped(TrainingHistory history) {
    return trainer.earlyStopping.map(when -> when.stops(history)).orElse(false) || isOutOfTime();
  }

  private boolean isOutOfTime() {
    return trainer
        .timeBudget
        .map(budget -> trainer.nanoTime.getAsLong() - begun >= budget.toNanos())
        .orElse(false);
  }

  /** The rest of an epoch; empty if time runs out before its end. */
  private Optional<EpochResult> trainEpoch(RunState state) {
    Meter meter = state.soFar();
    long begin = System.nanoTime();
    double rate = lastRate(state);
    Duration waited;
    try (Epoch epoch = train.epoch(state.epoch(), state.batch())) {
      int gathered = 0;
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        TrainingResult trained = trainBatch(batch, meter, state);
        int next = batch.number() + 1;
        gathered++;
        if (gathered == trainer.accumulate || !epoch.hasNext()) {
          rate = schedule(state);
          optimizer.step();
          lookahead.ifPresent(l -> l.afterStep(optimizer.steps()));
          average.ifPresent(WeightAverage::update);
          gathered = 0;
          boolean out = epoch.hasNext() && isOutOfTime();
          if (epoch.hasNext() && optimizer.steps() % trainer.validateEverySteps == 0) {
            validate(state.epoch()).ifPresent(e -> listeners.validation(optimizer.steps(), e));
          }
          if (out || optimizer.steps() % trainer.checkpointEvery == 0) {
            save(new RunState(state.epoch(), next, meter, state.epochs()));
          }
          listeners.step(
              new TrainingListener.Step(
                  state.epoch(),
                  optimizer.steps(),
                  rate,
                  trained.loss(),
                  trained.auxiliary(),
                  meter.metrics()));
          if (out) {
            return Optional.empty();
          }
        }
      }
      waited = epoch.waited();
    }
    return Optional.of(
        new EpochResult(
            state.epoch(),
            optimizer.steps(),
            rate,
            meter.metrics(),
            Optional.empty(),
            Duration.ofNanos(System.nanoTime() - begin),
            waited));
  }

  private TrainingResult trainBatch(Batch batch, Meter meter, RunState state) {
    int epoch = state.epoch();
    Finite.firstImage(batch, train.dataset())
        .ifPresent(
            image -> {
              throw new DivergedException(
                  SafeText.format(
                          "epoch %d, batch %d: the image of %s holds a NaN or an infinity",
                          epoch + 1, batch.number(), image)
                      + whatIsLeft()
                      + "\n  fix: leave the image out, or correct what computes its values",
                  "");
            });
    INDArray images = batch.images().castTo(network.parameters().dataType());
    Losses losses = trainer.lossesOf(batch);
    TrainingResult result =
        sharpness.isPresent()
            ? sharpness.get().train(images, losses)
            : network.train(images, losses);
    if (!Double.isFinite(result.total())) {
      throw diverged(
          SafeText.format(
              "epoch %d, batch %d: the loss is %s", epoch + 1, batch.number(), result.total()),
          images);
    }
    // Some kernels' ReLU turns a NaN into a zero, which then shows in the gradients only.
    if (!Double.isFinite(network.gradients().flat().sumNumber().doubleValue())) {
      throw diverged(
          SafeText.format(
              "epoch %d, batch %d: the gradients hold a NaN or an infinity",
              epoch + 1, batch.number()),
          images);
    }
    if (trainer.accumulate > 1) {
      optimizer.accumulate(batch.size());
    }
    meter.add(result.loss(), result.auxiliary(), result.output(), batch.labels());
    return result;
  }

  /** The learning rate of the next step, which the updater is told if there is a schedule. */
  private double schedule(RunState state) {
    double rate = rate(optimizer.steps(), state);
    if (trainer.schedule.isPresent()) {
      optimizer.updater().setLrAndSchedule(rate, null);
    }
    return rate;
  }

  /** The learning rate of the last step that was made, maybe by a process that was killed. */
  private double lastRate(RunState state) {
    return optimizer.steps() == 0 ? baseRate : rate(optimizer.steps() - 1, state);
  }

  private double rate(int step, RunState state) {
    if (trainer.schedule.isEmpty()) {
      return optimizer.updater().getLearningRate(step, 0);
    }
    var history = new TrainingHistory(state.epochs(), false);
    var at = new Schedule.Progress(step, stepsPerEpoch, trainer.epochs, history);
    return baseRate * trainer.schedule.get().factor(at);
  }

  /** Evaluates the averaged weights if there are any; the network has its own again afterwards. */
  private Optional<Evaluation> validate(int epoch) {
    if (validation.isEmpty()) {
      return Optional.empty();
    }
    Optional<WeightAverage> swapped = average.filter(WeightAverage::begun);
    swapped.ifPresent(WeightAverage::swap);
    try {
      // The network would refuse to run, but could not say that the training is to blame.
      requireFinite(epoch);
      Evaluation evaluation = Evaluation.of(network, validation.get());
      checkpoints.ifPresent(c -> c.offerBest(network, evaluation, optimizer.steps()));
      return Optional.of(evaluation);
    } finally {
      swapped.ifPresent(WeightAverage::swap);
    }
  }

  /** Only good states are kept. */
  private void save(RunState state) {
    if (checkpoints.isPresent()) {
      requireFinite(state.epoch());
      checkpoints.get().save(network, optimizer, lookahead, average, state);
    }
  }

  private void requireFinite(int epoch) {
    Finite.firstExceptionOf(network.parameters())
        .ifPresent(
            name -> {
              throw new DivergedException(
                  SafeText.format(
                          "epoch %d: %s holds a NaN or an infinity after step %d",
                          epoch + 1, name, optimizer.steps())
                      + whatIsLeft()
                      + "\n  fix: "
                      + (network.parameters().info(name).kind().learnable()
                          ? SMALLER_STEPS
                          : "scale the images down (Normalize), or " + SMALLER_STEPS),
                  name.substring(0, name.lastIndexOf('.')));
            });
  }

  private DivergedException diverged(String what, INDArray images) {
    String layer = network.firstNonFinite(images).orElse("");
    String where =
        layer.isEmpty()
            ? "the output of every layer is finite: look at the loss and its gradient"
            : "the first layer whose output is not finite is " + layer;
    String parameter =
        Finite.firstExceptionOf(network.parameters())
            .map(name -> " (" + name + " is not finite)")
            .orElse("");
    return new DivergedException(
        SafeText.format("%s, after %d steps: %s%s", what, optimizer.steps(), where, parameter)
            + whatIsLeft()
            + "\n  fix: "
            + SMALLER_STEPS,
        layer);
  }

  private String whatIsLeft() {
    return checkpoints
        .map(c -> SafeText.format("; the last good checkpoint is %s", c.last()))
        .orElse("; there is no checkpoint, since checkpoints(folder) was not called");
  }
}
