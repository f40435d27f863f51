package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.TrainingStep;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.BoundOptimizer.Outcome;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Changes a network's learnable parameters by its gradients, with one updater call for the whole
 * network.
 *
 * <p>A step does what torch's does, in this order: the gradients that {@link #accumulate} added up
 * (or else those of the last training pass) are clipped to a norm, weight decay is added to them
 * ({@code g = grad + wd * p}) or taken off the parameters ({@code p -= lr * wd * p}, as AdamW
 * does), and the updater steps. Decay is for every learnable parameter unless batch norms and
 * biases are exempt. Parameters of frozen layers stay as they are; what {@link Momentum} and {@link
 * Adam} remember of them does too in {@code FLOAT}, while other updaters see zeros as their
 * gradients meanwhile.
 *
 * <p>With {@link Momentum} and {@link Adam} on {@code FLOAT} parameters a step is one pass over
 * memory; other updaters go through ND4J's operations, several times slower. With those two, an
 * engine that keeps the parameters on a device steps there, if it has the gradients: if nobody has
 * asked for them since the last pass, and none were accumulated.
 */
public final class Optimizer {
  private final Network network;
  private final IUpdater config;
  private final GradientUpdater<?> updater;
  private final Optional<INDArray> state;
  private final Optional<FusedStep> fused;

  /** Of engines that step where they keep the parameters. */
  private final Optional<BoundOptimizer> engineSteps;

  /** The accumulated gradients, or where ND4J's updaters work; made when it is first needed. */
  private Optional<INDArray> update = Optional.empty();

  /** Made anew when other layers are frozen or decay. */
  private List<Segment> segments = List.of();

  /** Each parameter by itself, for engines that step; made anew with the {@link #segments}. */
  private List<OptimizerStep.Segment> engineSegments = List.of();

  private List<String> frozen = List.of();

  /** The parameters that steps change. */
  private Optional<Parameters.Part> trained = Optional.empty();

  private double weightDecay;
  private double decoupledWeightDecay;
  private boolean decayNormsAndBiases = true;
  private List<ParameterGroup> groups = List.of();
  private double largestNorm = Double.POSITIVE_INFINITY;
  private double accumulated;
  private int steps;

  private Optimizer(Network network, IUpdater config) {
    this.network = network;
    this.config = config;
    DataType type = network.parameters().dataType();
    long length = network.parameters().count();
    long size = config.stateSize(length);
    this.state = size == 0 ? Optional.empty() : Optional.of(zeros(type, 1, size));
    // Updaters that keep nothing refuse an array for their state.
    this.updater =
        state.isEmpty()
            ? config.instantiate((INDArray) null, true)
            : config.instantiate(state.get(), true);
    if (updater instanceof LayoutAware aware) {
      aware.layout(learnable());
    }
    this.fused = FusedStep.of(updater, type, length, state);
    this.engineSteps =
        fused.flatMap(
            f -> network.bindOptimizer(((FusedUpdater) updater).rule(), state.orElseThrow()));
  }

  /** An array that outlives any workspace that the caller may have open. */
  private static INDArray zeros(DataType type, long... shape) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.zeros(type, shape);
    }
  }

  private List<ParameterInfo> learnable() {
    return network.parameters().entries().stream().filter(info -> info.kind().learnable()).toList();
  }

  private INDArray update() {
    if (update.isEmpty()) {
      Parameters parameters = network.parameters();
      update = Optional.of(zeros(parameters.dataType(), parameters.count()));
    }
    return update.get();
  }

  /**
   * An optimizer without weight decay and clipping.
   *
   * @param network whose parameters to change
   * @param updater {@link Momentum}, {@link Adam}, another one of this package, or one of {@code
   *     org.nd4j.linalg.learning.config}
   * @throws IllegalArgumentException if its learning rate is negative, NaN or infinite, ND4J cannot
   *     make it, a group of {@link Muon}'s names nothing in the network, or the network has no
   *     parameters
   */
  public static Optimizer of(Network network, IUpdater updater) {
    Objects.requireNonNull(updater, "updater");
    FitChecks.requireParameters(network);
    return new Optimizer(network, UpdaterChecks.usable(updater));
  }

  /**
   * Sets the weight decay of the next steps, as torch's SGD and Adam understand it.
   *
   * @param l2 the factor of the parameter in the gradient, 0 or more: 1e-4 is usual
   * @return this
   * @throws IllegalArgumentException if it is negative or not a number
   */
  public Optimizer weightDecay(double l2) {
    weightDecay = requireNotNegative("weight decay", l2);
    segments = List.of();
    return this;
  }

  /**
   * Sets the decoupled weight decay of the next steps (Loshchilov and Hutter, 2017), as torch's
   * AdamW understands it.
   *
   * @param decay the part of a parameter, times the learning rate, that a step takes off: 0.01 is
   *     usual
   * @return this
   * @throws IllegalArgumentException if it is negative or not a number
   */
  public Optimizer decoupledWeightDecay(double decay) {
    decoupledWeightDecay = requireNotNegative("decoupled weight decay", decay);
    segments = List.of();
    return this;
  }

  /**
   * Whether weight decay is for batch norms and biases too, as it is at first, and as torch does
   * it; false: only for the weights of convolutions and linear layers.
   *
   * @return this
   */
  public Optimizer decayNormsAndBiases(boolean on) {
    decayNormsAndBiases = on;
    segments = List.of();
    return this;
  }

  /**
   * Gives some parameters learning rates or weight decays of their own. Replaces the groups that
   * were given before.
   *
   * @param own of several that a parameter is in, later ones win
   * @return this
   * @throws IllegalArgumentException if a prefix of a group names nothing in the network
   */
  public Optimizer groups(ParameterGroup... own) {
    Objects.requireNonNull(own, "own");
    List<ParameterGroup> all = List.of(own);
    List<ParameterInfo> learnable = learnable();
    all.forEach(group -> group.requireIn(learnable));
    groups = all;
    segments = List.of();
    return this;
  }

  /**
   * Scales all gradients of a step down together when their Euclidean norm exceeds a limit: torch's
   * {@code clip_grad_norm_}.
   *
   * @param largest norm that is left alone; infinity: no clipping
   * @return this
   * @throws IllegalArgumentException if it is not positive
   */
  public Optimizer clipNorm(double largest) {
    if (!(largest > 0)) {
      throw new IllegalArgumentException(
          "largest norm: expected a positive number, got " + largest);
    }
    largestNorm = largest;
    return this;
  }

  private static double requireNotNegative(String what, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(what + ": expected 0 or more, got " + value);
    }
    return value;
  }

  /** Steps so far; ND4J's schedules by iteration see this number. */
  public int steps() {
    return steps;
  }

  /** The updater's configuration; changing its learning rate changes that of the next step. */
  public IUpdater updater() {
    return config;
  }

  /**
   * What the updater remembers from step to step: {@code [1, values]}; empty if it is nothing. The
   * array itself, not a copy; where an engine steps on a device, ask anew after each step.
   */
  public Optional<INDArray> state() {
    engineSteps.ifPresent(BoundOptimizer::settle);
    return state;
  }

  /**
   * Continues where another optimizer stopped.
   *
   * @param steps its {@link #steps}
   * @param state its {@link #state}, which is copied
   * @throws IllegalArgumentException if this updater keeps a state of another size
   */
  public void restore(int steps, Optional<INDArray> state) {
    long expected = this.state.map(INDArray::length).orElse(0L);
    long got = state.map(INDArray::length).orElse(0L);
    if (expected != got) {
      throw new IllegalArgumentException(
          SafeText.format(
              "state of %s: expected %d values, got %d: it comes from another updater or network",
              config, expected, got));
    }
    state.ifPresent(values -> state().orElseThrow().assign(values));
    this.steps = steps;
    accumulated = 0;
  }

  /**
   * Adds the gradients of the last training pass to those of the next step, which will use the
   * weighted mean. With the number of images as weight, the mean is that of one large batch (but
   * batch norms see the small ones).
   *
   * @param weight of these gradients, positive
   */
  public void accumulate(double weight) {
    if (!(weight > 0)) {
      throw new IllegalArgumentException("weight: expected a positive number, got " + weight);
    }
    INDArray gradients = network.gradients().flat();
    if (accumulated == 0) {
      update().assign(gradients).muli(weight);
    } else {
      Nd4j.getBlasWrapper().axpy(Double.valueOf(weight), gradients, update());
    }
    accumulated += weight;
  }

  /**
   * Steps once along the accumulated gradients, or if there are none, those that the last training
   * pass left. A step is one {@link Parameters#update}: no {@code forward} of another thread sees
   * half of it.
   */
  public void step() {
    if (network.gradients().isUntouched()) {
      throw new IllegalStateException(
          SafeText.format(
              "%s has no gradients yet: call net.train(images, loss) before step()",
              network.architecture().name()));
    }
    if (accumulated > 0 || stepThere(false) == Outcome.NOT_HERE) {
      stepHere();
    }
    accumulated = 0;
    steps++;
  }

  /**
   * A training pass and a step along its gradients: what {@code net.train(images, losses)} and
   * {@link #step()} do, but without a step if a loss or a gradient is not finite. Where the engine
   * keeps the parameters on a device, a pass with losses that it knows (softmax cross entropy) and
   * the step are one there, and only images, targets, outputs and losses travel.
   *
   * @param images {@code [N, C, H, W]}
   * @return what the pass gave, and whether there was a step
   * @throws IllegalArgumentException as {@link Network#train(INDArray, Losses)} does
   * @throws IllegalStateException if gradients were accumulated, for which {@link #step()} is meant
   */
  public TrainingStep train(INDArray images, Losses losses) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(losses, "losses");
    if (accumulated > 0) {
      throw new IllegalStateException(
          "there are accumulated gradients: call step(), which steps along them, before train");
    }
    Optional<TrainingStep> whole =
        engineSteps.flatMap(engine -> network.trainAndStep(images, losses, engine, engineStep()));
    if (whole.isPresent()) {
      steps += whole.get().made() ? 1 : 0;
      return whole.get();
    }
    return stepAlong(network.train(images, losses));
  }

  /** A step after a pass, if its losses and gradients are finite. */
  TrainingStep stepAlong(TrainingResult result) {
    boolean made = Double.isFinite(result.total()) && stepIfFinite();
    steps += made ? 1 : 0;
    return new TrainingStep(result, made);
  }

  private boolean stepIfFinite() {
    Outcome outcome = stepThere(true);
    if (outcome == Outcome.NOT_HERE && Finite.all(network.gradients().flat())) {
      stepHere();
      return true;
    }
    return outcome == Outcome.MADE;
  }

  /** Has the engine step, if it has the gradients. */
  private Outcome stepThere(boolean guarded) {
    return engineSteps.map(engine -> engine.step(engineStep(), guarded)).orElse(Outcome.NOT_HERE);
  }

  private OptimizerStep engineStep() {
    segments();
    return new OptimizerStep(rate(), steps, largestNorm, engineSegments);
  }

  private void stepHere() {
    engineSteps.ifPresent(BoundOptimizer::settle);
    network
        .parameters()
        .write(
            trained(),
            memory -> {
              if (fused.isPresent()) {
                step(fused.get(), memory.flat());
              } else {
                stepByOperations(memory.flat());
              }
            });
  }

  private Parameters.Part trained() {
    segments();
    return trained.orElseThrow();
  }

  /** For updaters of ours: one pass over memory. */
  private void step(FusedStep step, INDArray parameters) {
    INDArray gradients = accumulated == 0 ? network.gradients().flat() : update();
    double mean = accumulated == 0 ? 1 : 1 / accumulated;
    double scale = mean;
    if (Double.isFinite(largestNorm)) {
      scale *= clipping(mean * step.norm(gradients));
    }
    step.run(parameters, gradients, segments(), scale, rate(), steps);
  }

  /** For any updater. */
  private void stepByOperations(INDArray parameters) {
    INDArray gradients = update();
    if (accumulated == 0) {
      gradients.assign(network.gradients().flat());
    } else {
      gradients.divi(accumulated);
    }
    if (Double.isFinite(largestNorm)) {
      double clipping = clipping(gradients.norm2Number().doubleValue());
      if (clipping < 1) {
        gradients.muli(clipping);
      }
    }
    segments().forEach(segment -> decay(segment, parameters, gradients));
    clearFrozen(gradients);
    updater.applyUpdater(gradients.reshape(1, gradients.length()), steps, 0);
    clearFrozen(gradients);
    segments().forEach(segment -> finish(segment, parameters, gradients));
    parameters.subi(gradients);
  }

  /** Before the updater. */
  private void decay(Segment segment, INDArray parameters, INDArray gradients) {
    Segment.Settings settings = segment.settings();
    if (settings.decays() && layerwise().isPresent()) {
      layerwise()
          .get()
          .before(segment.of(parameters), segment.of(gradients), settings.weightDecay());
      return;
    }
    if (settings.weightDecay() > 0) {
      INDArray gradient = segment.of(gradients);
      Nd4j.getBlasWrapper()
          .axpy(Double.valueOf(settings.weightDecay()), segment.of(parameters), gradient);
    }
    double off = rate() * settings.rate() * settings.decoupled();
    if (off > 0) {
      segment.of(parameters).muli(1 - off);
    }
  }

  /** After the updater. */
  private void finish(Segment segment, INDArray parameters, INDArray update) {
    Segment.Settings settings = segment.settings();
    if (settings.decays() && layerwise().isPresent()) {
      layerwise().get().after(segment.of(parameters), segment.of(update), settings.decoupled());
    }
    if (settings.rate() != 1) {
      segment.of(update).muli(settings.rate());
    }
  }

  private Optional<LayerwiseUpdater> layerwise() {
    return updater instanceof LayerwiseUpdater own ? Optional.of(own) : Optional.empty();
  }

  /** The learning rate of this step, before any group's factor. */
  private double rate() {
    return config.hasLearningRate() ? config.getLearningRate(steps, 0) : 0;
  }

  /** The factor, at most 1, that gradients of this norm are to have. */
  private double clipping(double norm) {
    double factor = largestNorm / (norm + OptimizerStep.CLIP_EPSILON);
    return factor < 1 ? factor : 1;
  }

  private void clearFrozen(INDArray values) {
    for (Segment segment : segments()) {
      if (segment.settings().frozen()) {
        segment.of(values).assign(0);
      }
    }
  }

  private List<Segment> segments() {
    if (segments.isEmpty() || !frozen.equals(network.frozen())) {
      frozen = network.frozen();
      var plan =
          new Segment.DecayPlan(weightDecay, decoupledWeightDecay, decayNormsAndBiases, groups);
      segments = Segment.of(network, plan, layerwise().isEmpty());
      engineSegments =
          List.copyOf(Segment.of(network, plan, false).stream().map(Segment::forEngines).toList());
      trained = Optional.of(Segment.trained(network));
    }
    return segments;
  }
}
