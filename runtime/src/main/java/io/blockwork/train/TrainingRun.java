package io.blockwork.train;

import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.io.SafeText;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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

  /** Of early stopping that ends with the best weights. */
  private final Optional<BestCopy> bestCopy;

  /** What is frozen in the network whatever the epoch. */
  private final List<String> frozen;

  private long begun;
  private BooleanSupplier isEnding = () -> false;
  private boolean hasStepped;
  private boolean validationBrokenOff;

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
            ? Optional.of(new WeightAverage(network, trainer.averageDecay.getAsDouble()))
            : Optional.empty();
    this.checkpoints =
        trainer.checkpoints.map(
            store ->
                new Checkpoints(
                    store,
                    new BestWeights(
                        store, trainer.bestCount, trainer.bestBy.orElse(Score.usual(train.task()))),
                    trainer.settings(train),
                    train.classNames()));
    this.bestCopy =
        trainer
            .earlyStopping
            .filter(EarlyStopping::restoresBest)
            .map(when -> new BestCopy(when.measure()));
    this.frozen = network.frozen();
  }

  TrainingHistory run() {
    begun = trainer.nanoTime.getAsLong();
    FitChecks.require(trainer, train, validation);
    if (checkpoints.isEmpty()) {
      return runAlone(() -> false);
    }
    try (ShutdownStop stop = ShutdownStop.open()) {
      TrainingHistory history;
      try (CheckpointStore.Lock lock = checkpoints.get().lock()) {
        history = runAlone(stop::requested);
      }
      stop.leave();
      return history;
    }
  }

  /**
   * @param stop whether the process is ending
   */
  private TrainingHistory runAlone(BooleanSupplier stop) {
    isEnding = stop;
    validation.ifPresent(data -> data.prepare(network));
    if (trainer.startOver) {
      checkpoints.ifPresent(Checkpoints::clear);
    }
    try {
      // Before anything is read: a prefix that names nothing is refused here.
      freezeFor(0);
      Optional<RunState> resumed =
          checkpoints.flatMap(
              c -> c.restore(network, optimizer, lookahead, average, bestCopy, train));
      return runFrom(resumed.orElseGet(RunState::fresh), resumed.isPresent());
    } finally {
      bestCopy.ifPresent(BestCopy::close);
      if (!trainer.unfreezing.parts().isEmpty()) {
        network.freeze(frozen.toArray(String[]::new));
      }
    }
  }

  /**
   * @param epoch its number, from 0
   */
  private void freezeFor(int epoch) {
    if (!trainer.unfreezing.parts().isEmpty()) {
      network.freeze(trainer.unfreezing.frozenIn(epoch + 1, frozen));
    }
  }

  private TrainingHistory runFrom(RunState first, boolean resumed) {
    state = first;
    FitChecks.requireOrder(network, train.classNames());
    TrainingHistory history = new TrainingHistory(state.epochs(), false);
    try {
      listeners.start(
          new TrainingListener.Start(
              network, trainer.epochs, train.images(), optimizer.steps(), history));
      train.doubts(network).forEach(listeners::note);
      describe();
      if (resumed) {
        listeners.note(notes().resumed(history, state, optimizer.steps()));
      }
      while (state.epoch() < trainer.epochs && !stopped(history)) {
        freezeFor(state.epoch());
        Optional<EpochResult> trained = trainEpoch();
        if (trained.isEmpty()) {
          return brokenOff(history);
        }
        requireFinite(state.epoch());
        Optional<Evaluation> evaluation =
            isValidated(state.epoch()) ? validate(state.epoch(), true) : Optional.empty();
        if (validationBrokenOff) {
          save(state);
          return brokenOff(history);
        }
        history = history.with(trained.get().with(evaluation.map(Evaluation::metrics)));
        state = RunState.begin(state.epoch() + 1, history.epochs());
        // Before the listeners, which may fail.
        save(state);
        listeners.epoch(history, evaluation);
        if (isEnding()) {
          break;
        }
      }
      boolean early = history.epochs().size() < trainer.epochs;
      if (early && !stopsEarly(history)) {
        return brokenOff(history);
      }
      average.filter(WeightAverage::begun).ifPresent(WeightAverage::swap);
      boolean best = bestCopy.map(c -> c.giveTo(network.parameters())).orElse(false);
      notes().ended(history, early, best).ifPresent(listeners::note);
      return new TrainingHistory(history.epochs(), early);
    } finally {
      listeners.end();
    }
  }

  /** The network tells from now on of the data that it learns from. */
  private void describe() {
    List<String> names = train.classNames();
    boolean areTheNetworks = network.architecture().output().equals(List.of(names.size()));
    new ModelCard(
            Optional.empty(),
            areTheNetworks ? names : List.of(),
            validation.flatMap(Validation::preprocessing).or(train::preprocessing),
            train.task())
        .describe(network.parameters());
  }

  /** Out of time, or the process ends: there is more to do another time. */
  private TrainingHistory brokenOff(TrainingHistory history) {
    average.filter(WeightAverage::begun).ifPresent(WeightAverage::swap);
    listeners.note(notes().brokenOff(state.epoch() + 1, optimizer.steps(), isEnding()));
    return new TrainingHistory(history.epochs(), true);
  }

  private boolean isValidated(int epoch) {
    return (epoch + 1) % trainer.validateEvery == 0 || epoch + 1 == trainer.epochs;
  }

  /** However small the budget is, a step is made, so that repeated runs come to an end. */
  private boolean stopped(TrainingHistory history) {
    return stopsEarly(history) || (isOutOfTime() && hasStepped);
  }

  private boolean stopsEarly(TrainingHistory history) {
    return trainer.earlyStopping.map(when -> when.stops(history)).orElse(false);
  }

  private boolean isEnding() {
    return isEnding.getAsBoolean();
  }

  private RunNotes notes() {
    return new RunNotes(trainer.epochs, trainer.earlyStopping, checkpoints.map(Checkpoints::last));
  }

  private boolean isOutOfTime() {
    return trainer
        .timeBudget
        .map(budget -> trainer.nanoTime.getAsLong() - begun >= budget.toNanos())
        .orElse(false);
  }

  /** The rest of an epoch; empty if time runs out, or the process ends, before its end. */
  private Optional<EpochResult> trainEpoch() {
    Meter meter = state.soFar();
    long begin = System.nanoTime();
    Duration spentBefore = state.spent();
    long pauses = 0;
    double rate = lastRate();
    Duration waited;
    Duration loading;
    try (StepSource.Pass pass = train.pass(this, state.epoch() + 1, state.batch())) {
      while (pass.hasNext()) {
        int before = optimizer.steps();
        StepSource.Done done = pass.next();
        rate = done.rate();
        hasStepped = true;
        if (passes(before, trainer.lookahead.map(Trainer.LookaheadSteps::every).orElse(1))) {
          lookahead.ifPresent(Lookahead::look);
        }
        average.ifPresent(WeightAverage::update);
        boolean out = pass.hasNext() && isOutOfTime();
        if (!isEnding() && pass.hasNext() && passes(before, trainer.validateEverySteps)) {
          long paused = System.nanoTime();
          validate(state.epoch(), false).ifPresent(e -> listeners.validation(optimizer.steps(), e));
          pauses += System.nanoTime() - paused;
        }
        out |= isEnding();
        Duration spent = spentBefore.plusNanos(System.nanoTime() - begin - pauses);
        state = new RunState(state.epoch(), done.nextBatch(), meter, state.epochs(), spent);
        if (out || passes(before, trainer.checkpointEvery)) {
          save(state);
        }
        listeners.step(
            new TrainingListener.Step(
                state.epoch() + 1,
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
      loading = pass.loading();
    }
    return Optional.of(
        new EpochResult(
            state.epoch() + 1,
            optimizer.steps(),
            rate,
            meter.metrics(),
            Optional.empty(),
            state.spent(),
            waited,
            loading));
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

  /**
   * Evaluates the averaged weights if there are any; the network has its own again afterwards.
   *
   * @param whole whether the epoch has ended, so that early stopping goes by the result
   */
  private Optional<Evaluation> validate(int epoch, boolean whole) {
    if (validation.isEmpty()) {
      return Optional.empty();
    }
    Optional<WeightAverage> swapped = average.filter(WeightAverage::begun);
    swapped.ifPresent(WeightAverage::swap);
    try {
      // The network would refuse to run, but could not say that the training is to blame.
      requireFinite(epoch);
      Evaluation evaluation = evaluate(epoch + 1, validation.get());
      if (whole) {
        bestCopy.ifPresent(copy -> copy.offer(network, evaluation.metrics()));
      }
      checkpoints.ifPresent(c -> c.offerBest(network, evaluation, optimizer.steps()));
      return Optional.of(evaluation);
    } catch (Ending e) {
      validationBrokenOff = true;
      return Optional.empty();
    } finally {
      swapped.ifPresent(WeightAverage::swap);
    }
  }

  private Evaluation evaluate(int number, Validation data) {
    long all = data.images();
    listeners.validating(new TrainingListener.Validating(number, 0, all));
    return data.evaluate(
        network,
        seen -> {
          listeners.validating(new TrainingListener.Validating(number, seen, all));
          if (isEnding()) {
            throw new Ending();
          }
        });
  }

  /** Breaks a validation off, since the process ends. */
  private static final class Ending extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Only good states are kept. */
  private void save(RunState kept) {
    if (checkpoints.isPresent()) {
      requireFinite(kept.epoch());
      checkpoints.get().save(network, optimizer, lookahead, average, bestCopy, train, kept);
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
                      + fixOf(name),
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
    Optional<String> parameter = Finite.firstExceptionOf(network.parameters());
    return new DivergedException(
        SafeText.format("%s, after %d steps: %s", what, optimizer.steps(), where(layer, parameter))
            + whatIsLeft()
            + "\n  fix: "
            + parameter.map(this::fixOf).orElse(SMALLER_STEPS),
        layer);
  }

  /**
   * @param layer the first one whose output is not finite; empty if each layer's is
   * @param parameter the first one that is not finite
   */
  private static String where(String layer, Optional<String> parameter) {
    if (!layer.isEmpty()) {
      return "the first layer whose output is not finite is "
          + layer
          + parameter.map(name -> " (" + name + " is not finite)").orElse("");
    }
    return parameter
        .map(name -> name + " is not finite, though the output of every layer still is")
        .orElse("the output of every layer is finite: look at the loss and its gradient");
  }

  /** How a parameter or buffer is kept finite. */
  private String fixOf(String name) {
    return network.parameters().info(name).kind().learnable()
        ? SMALLER_STEPS
        : "scale the images down (Normalize), or " + SMALLER_STEPS;
  }

  private String whatIsLeft() {
    return checkpoints
        .map(
            c ->
                c.hasLast()
                    ? SafeText.format("; the last good checkpoint is %s", c.last())
                    : "; no checkpoint has been written yet")
        .orElse("; there is no checkpoint, since checkpoints(folder) was not called");
  }
}
