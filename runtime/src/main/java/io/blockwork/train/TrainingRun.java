package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.io.SafeText;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One call of {@link Trainer#fit}. */
final class TrainingRun implements StepSource.Run {
  private static final String SMALLER_STEPS = "use a smaller learning rate, a warm-up, or clipNorm";

  private final Trainer trainer;
  private final Network network;
  private final StepSource train;
  private final Optional<Validation> validation;
  private final Listeners listeners;
  private final StepSettings settings;
  private final Optimizer optimizer;
  private final double baseRate;
  private final Optional<Lookahead> lookahead;
  private final Optional<WeightAverage> average;
  private final Optional<Checkpoints> checkpoints;

  /** What is frozen in the network whatever the epoch. */
  private final List<String> frozen;

  private long begun;

  /** Where the epoch that goes on began, or was taken up. */
  private RunState state = RunState.fresh();

  TrainingRun(Trainer trainer, StepSource train, Optional<Validation> validation) {
    this.trainer = trainer;
    this.network = trainer.network;
    this.train = train;
    this.validation = validation;
    this.listeners = new Listeners(trainer.allListeners());
    this.settings = trainer.stepSettings();
    this.baseRate = settings.baseRate();
    this.optimizer = settings.optimizer(network);
    this.lookahead =
        trainer.lookahead.map(l -> new Lookahead(network.parameters(), l.every(), l.share()));
    this.average =
        trainer.averageDecay.isPresent()
            ? Optional.of(
                new WeightAverage(network.parameters(), trainer.averageDecay.getAsDouble()))
            : Optional.empty();
    this.checkpoints =
        trainer.checkpoints.map(
            store ->
                new Checkpoints(
                    store,
                    new BestWeights(store, trainer.bestCount, trainer.bestBy),
                    trainer.settings(train),
                    train.classNames()));
    this.frozen = network.frozen();
  }

  TrainingHistory run() {
    begun = trainer.nanoTime.getAsLong();
    FitChecks.require(trainer, train, validation);
    if (checkpoints.isEmpty()) {
      return runAlone();
    }
    try (CheckpointStore.Lock lock = checkpoints.get().lock()) {
      return runAlone();
    }
  }

  private TrainingHistory runAlone() {
    validation.ifPresent(data -> data.prepare(network));
    if (trainer.startOver) {
      checkpoints.ifPresent(Checkpoints::clear);
    }
    try {
      // Before anything is read: a prefix that names nothing is refused here.
      freezeFor(0);
      return runFrom(
          checkpoints
              .flatMap(c -> c.restore(network, optimizer, lookahead, average, train))
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
    state = first;
    TrainingHistory history = new TrainingHistory(state.epochs(), false);
    try {
      listeners.start(
          new TrainingListener.Start(
              network, trainer.epochs, train.images(), optimizer.steps(), history));
      while (state.epoch() < trainer.epochs && !stopped(history)) {
        freezeFor(state.epoch());
        Optional<EpochResult> trained = trainEpoch();
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
  private Optional<EpochResult> trainEpoch() {
    Meter meter = state.soFar();
    long begin = System.nanoTime();
    double rate = lastRate();
    Duration waited;
    try (StepSource.Pass pass = train.pass(this, state.epoch(), state.batch())) {
      while (pass.hasNext()) {
        int before = optimizer.steps();
        StepSource.Done done = pass.next();
        rate = done.rate();
        if (passes(before, trainer.lookahead.map(Trainer.LookaheadSteps::every).orElse(1))) {
          lookahead.ifPresent(Lookahead::look);
        }
        average.ifPresent(WeightAverage::update);
        boolean out = pass.hasNext() && isOutOfTime();
        if (pass.hasNext() && passes(before, trainer.validateEverySteps)) {
          validate(state.epoch()).ifPresent(e -> listeners.validation(optimizer.steps(), e));
        }
        if (out || passes(before, trainer.checkpointEvery)) {
          save(new RunState(state.epoch(), done.nextBatch(), meter, state.epochs()));
        }
        listeners.step(
            new TrainingListener.Step(
                state.epoch(),
                optimizer.steps(),
                rate,
                done.loss(),
                done.auxiliary(),
                meter.metrics()));
        if (out) {
          return Optional.empty();
        }
      }
      waited = pass.waited();
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

  /** Whether a multiple of a number has been reached: of steps that are made together, in them. */
  private boolean passes(int before, int every) {
    return optimizer.steps() / every > before / every;
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public Optimizer optimizer() {
    return optimizer;
  }

  @Override
  public StepSettings settings() {
    return settings;
  }

  @Override
  public Meter meter() {
    return state.soFar();
  }

  @Override
  public boolean isScheduled() {
    return trainer.schedule.isPresent();
  }

  @Override
  public double prepareStep() {
    double rate = rate(optimizer.steps());
    if (isScheduled()) {
      optimizer.updater().setLrAndSchedule(rate, null);
    }
    return rate;
  }

  /** The learning rate of the last step that was made, maybe by a process that was killed. */
  private double lastRate() {
    return optimizer.steps() == 0 ? baseRate : rate(optimizer.steps() - 1);
  }

  @Override
  public double rate(int step) {
    if (!isScheduled()) {
      return optimizer.updater().getLearningRate(step, 0);
    }
    var history = new TrainingHistory(state.epochs(), false);
    var at = new Schedule.Progress(step, train.steps(), trainer.epochs, history);
    return baseRate * trainer.schedule.orElseThrow().factor(at);
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
      Evaluation evaluation = validation.get().evaluate(network);
      checkpoints.ifPresent(c -> c.offerBest(network, evaluation, optimizer.steps()));
      return Optional.of(evaluation);
    } finally {
      swapped.ifPresent(WeightAverage::swap);
    }
  }

  /** Only good states are kept. */
  private void save(RunState kept) {
    if (checkpoints.isPresent()) {
      requireFinite(kept.epoch());
      checkpoints.get().save(network, optimizer, lookahead, average, train, kept);
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

  @Override
  public DivergedException diverged(String what, String fix) {
    return new DivergedException(what + whatIsLeft() + "\n  fix: " + fix, "");
  }

  @Override
  public DivergedException diverged(String what, INDArray images) {
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
