package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.ParameterInfo;
import io.blockwork.engine.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
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
 * biases are exempt. Parameters of frozen layers stay as they are.
 */
public final class Optimizer {
  /** What torch's clip_grad_norm_ adds to the norm. */
  private static final double CLIP_EPSILON = 1e-6;

  private final Network network;
  private final IUpdater config;
  private final GradientUpdater<?> updater;
  private final Optional<INDArray> state;
  private final INDArray update;
  private double weightDecay;
  private double decoupledWeightDecay;
  private boolean decayNormsAndBiases = true;
  private double largestNorm = Double.POSITIVE_INFINITY;
  private double accumulated;
  private int steps;

  /** A run of values in the flat array. */
  private record Range(long from, long to) {
    INDArray of(INDArray flat) {
      return flat.get(NDArrayIndex.interval(from, to));
    }
  }

  private Optimizer(Network network, IUpdater config) {
    this.network = network;
    this.config = config;
    INDArray parameters = network.parameters().flat();
    this.update = Nd4j.create(parameters.dataType(), parameters.length());
    long size = config.stateSize(parameters.length());
    this.state =
        size == 0
            ? Optional.empty()
            : Optional.of(Nd4j.create(parameters.dataType(), 1, size).assign(0));
    // Updaters that keep nothing refuse an array for their state.
    this.updater =
        state.isEmpty()
            ? config.instantiate((INDArray) null, true)
            : config.instantiate(state.get(), true);
  }

  /**
   * An optimizer without weight decay and clipping.
   *
   * @param network whose parameters to change
   * @param updater {@link Momentum}, {@link Adam}, or one of {@code
   *     org.nd4j.linalg.learning.config}
   */
  public static Optimizer of(Network network, IUpdater updater) {
    return new Optimizer(network, updater);
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
   * array itself, not a copy.
   */
  public Optional<INDArray> state() {
    return state;
  }

  /**
   * Takes up where another optimizer stopped.
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
          "state of %s: expected %d values, got %d: it was left by another updater or network"
              .formatted(config, expected, got));
    }
    state.ifPresent(values -> this.state.orElseThrow().assign(values));
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
      update.assign(gradients).muli(weight);
    } else {
      Nd4j.getBlasWrapper().axpy(weight, gradients, update);
    }
    accumulated += weight;
  }

  /**
   * Steps once along the accumulated gradients, or if there are none, those that the last training
   * pass left.
   */
  public void step() {
    INDArray parameters = network.parameters().flat();
    if (accumulated == 0) {
      update.assign(network.gradients().flat());
    } else {
      update.divi(accumulated);
      accumulated = 0;
    }
    clip();
    if (weightDecay > 0) {
      for (Range range : decayed()) {
        Nd4j.getBlasWrapper().axpy(weightDecay, range.of(parameters), range.of(update));
      }
    }
    if (decoupledWeightDecay > 0) {
      double keep = 1 - config.getLearningRate(steps, 0) * decoupledWeightDecay;
      decayed().forEach(range -> range.of(parameters).muli(keep));
    }
    clearFrozen();
    updater.applyUpdater(update.reshape(1, update.length()), steps, 0);
    clearFrozen();
    parameters.subi(update);
    steps++;
    network.parameters().touch();
  }

  private void clip() {
    if (Double.isInfinite(largestNorm)) {
      return;
    }
    double factor = largestNorm / (update.norm2Number().doubleValue() + CLIP_EPSILON);
    if (factor < 1) {
      update.muli(factor);
    }
  }

  /** The ranges that decay; neighbours are one range. */
  private List<Range> decayed() {
    var settings = new TrainingSettings(false, network.frozen(), 0);
    return ranges(
        info -> !settings.isFrozen(path(info)) && (decayNormsAndBiases || isWeight(info)));
  }

  private static boolean isWeight(ParameterInfo info) {
    return info.kind() == ParameterInfo.Kind.CONV_WEIGHT
        || info.kind() == ParameterInfo.Kind.LINEAR_WEIGHT;
  }

  private static String path(ParameterInfo info) {
    return info.name().substring(0, info.name().lastIndexOf('.'));
  }

  private void clearFrozen() {
    List<String> frozen = network.frozen();
    if (!frozen.isEmpty()) {
      var settings = new TrainingSettings(false, frozen, 0);
      ranges(info -> settings.isFrozen(path(info))).forEach(range -> range.of(update).assign(0));
    }
  }

  private List<Range> ranges(java.util.function.Predicate<ParameterInfo> chosen) {
    List<Range> ranges = new ArrayList<>();
    long at = 0;
    for (ParameterInfo info : network.parameters().entries()) {
      if (info.kind().learnable()) {
        long end = at + info.length();
        if (chosen.test(info)) {
          int last = ranges.size() - 1;
          if (last >= 0 && ranges.get(last).to == at) {
            ranges.set(last, new Range(ranges.get(last).from, end));
          } else {
            ranges.add(new Range(at, end));
          }
        }
        at = end;
      }
    }
    return ranges;
  }
}
