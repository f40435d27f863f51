package io.blockwork.train;

import io.blockwork.io.SafeText;
import io.blockwork.parameters.ParameterInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Muon (Jordan and others, 2024, "Muon: An optimizer for hidden layers in neural networks"):
 * Nesterov's momentum whose steps are made nearly orthogonal, matrix by matrix, so that every
 * direction of a layer learns at the same pace. A convolution's filters {@code [out, in, kh, kw]}
 * are the matrix {@code [out, in * kh * kw]}; its step is five iterations of Newton and Schulz on
 * the momentum, times {@code lr * sqrt(max(1, rows / columns))}, as in the author's own code.
 *
 * <p>Norms and biases are no matrices: another updater steps them. So it does the parameters of the
 * groups that are given, of which the network's last layer should be one and its first convolution
 * may be:
 *
 * <pre>{@code
 * new Muon(0.02, 0.95, new Adam(3e-3), ParameterGroup.named("fc"))
 * }</pre>
 *
 * <p>A schedule moves both learning rates in proportion. Decoupled weight decay takes off by this
 * updater's rate everywhere. The state holds the momentum and what the other updater keeps, each as
 * long as all parameters.
 */
public final class Muon extends TorchUpdater {
  private static final long serialVersionUID = 1;
  private static final int ITERATIONS = 5;

  private final double momentum;
  private final IUpdater others;
  private final List<ParameterGroup> left;

  /** The learning rates that belong to each other. */
  private final double ownRate;

  private final double othersRate;

  /**
   * @param learningRate step size, positive: 0.02 is usual
   * @param momentum share of the last step that carries on, in [0, 1): 0.95 is usual
   * @param others steps what is no matrix, and what is left to it: one that goes by values alone,
   *     which {@link Lars}, {@link Lamb} and Muon itself do not
   * @param leftToOthers parameters that the other updater steps besides; groups without settings
   * @throws IllegalArgumentException if a number is out of range, the other updater goes by whole
   *     parameters, or a group says a rate or decay: that is what {@link Optimizer#groups} is for
   */
  public Muon(
      double learningRate, double momentum, IUpdater others, ParameterGroup... leftToOthers) {
    this(
        learningRate,
        momentum,
        UpdaterChecks.byValues("Muon", Objects.requireNonNull(others, "others")).clone(),
        List.of(Objects.requireNonNull(leftToOthers, "leftToOthers")),
        learningRate,
        others.hasLearningRate() ? others.getLearningRate(0, 0) : 0);
    if (learningRate == 0) {
      throw new IllegalArgumentException("learning rate: expected a positive number, got 0");
    }
    for (ParameterGroup group : left) {
      if (group.rate().isPresent()
          || group.weightDecay().isPresent()
          || group.decoupledWeightDecay().isPresent()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "group of parameters that Muon leaves to %s: expected none of its own rate or"
                    + " decay, got %s; give that to Trainer.groups or Optimizer.groups",
                others.getClass().getSimpleName(), group));
      }
    }
  }

  private Muon(
      double learningRate,
      double momentum,
      IUpdater others,
      List<ParameterGroup> left,
      double ownRate,
      double othersRate) {
    super(learningRate, 1, "M");
    this.momentum = checkedMomentum(momentum);
    this.others = others;
    this.left = left;
    this.ownRate = ownRate;
    this.othersRate = othersRate;
  }

  @Override
  public void learningRate(double learningRate) {
    super.learningRate(learningRate);
    if (others.hasLearningRate()) {
      others.setLrAndSchedule(othersRate * (learningRate / ownRate), null);
    }
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // nothing to copy but some numbers
  public IUpdater clone() {
    return new Muon(learningRate(), momentum, others.clone(), left, ownRate, othersRate);
  }

  @Override
  public long stateSize(long parameters) {
    return parameters + others.stateSize(parameters);
  }

  @Override
  public String toString() {
    return SafeText.format(
        "Muon(%s, %s, %s for norms and biases%s)",
        learningRate(),
        momentum,
        others,
        left.stream().map(group -> ", " + group).collect(Collectors.joining()));
  }

  @Override
  public GradientUpdater<?> instantiate(INDArray state, boolean initialise) {
    if (initialise) {
      others.instantiate(othersIn(state), true);
      momentumIn(state, length(state)).assign(0);
    }
    return over(state);
  }

  /** How many parameters a state is for. */
  private long length(INDArray state) {
    return state.length() / stateSize(1);
  }

  private static INDArray part(INDArray state, long from, long to) {
    return state
        .reshape(1, state.length())
        .get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
  }

  private static INDArray momentumIn(INDArray state, long length) {
    return part(state, 0, length);
  }

  /** What the other updater keeps; null, as ND4J wants it, if that is nothing. */
  private @Nullable INDArray othersIn(INDArray state) {
    long length = length(state);
    return state.length() > length ? part(state, length, state.length()) : null;
  }

  /** A step along the momentum of a matrix, given as its values. */
  private INDArray step(INDArray values, long rows) {
    long columns = values.length() / rows;
    double scale = learningRate() * Math.sqrt(Math.max(1, (double) rows / columns));
    INDArray matrix = values.reshape(rows, columns);
    return NewtonSchulz.orthogonal(matrix, ITERATIONS).muli(scale).reshape(values.length());
  }

  @Override
  GradientUpdater<Muon> over(INDArray state) {
    return new Updater(this, state);
  }

  private boolean isMatrix(ParameterInfo parameter) {
    return ParameterGroup.isWeight(parameter.kind())
        && left.stream().noneMatch(group -> group.contains(parameter));
  }

  /** A parameter in the flat arrays. */
  private record Place(long from, long to, boolean matrix, long rows) {
    INDArray of(INDArray flat) {
      return flat.get(NDArrayIndex.interval(from, to));
    }
  }

  private static final class Updater extends Arithmetic<Muon> implements LayoutAware {
    private List<Place> places = List.of();

    Updater(Muon config, INDArray state) {
      super(config, state);
    }

    @Override
    public void layout(List<ParameterInfo> learnable) {
      getConfig().left.forEach(group -> group.requireIn(learnable));
      List<Place> all = new ArrayList<>();
      long at = 0;
      for (ParameterInfo info : learnable) {
        long end = at + info.length();
        all.add(new Place(at, end, getConfig().isMatrix(info), info.shape().get(0)));
        at = end;
      }
      places = List.copyOf(all);
    }

    /** Turns the gradients into what is subtracted from the parameters. */
    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      Muon config = getConfig();
      INDArray byOthers = gradient.dup();
      otherUpdater().applyUpdater(byOthers, iteration, epoch);
      INDArray velocity = momentumIn(state(), gradient.length());
      double fresh = 1 - config.momentum;
      velocity.muli(config.momentum).addi(gradient.muli(fresh));
      gradient.addi(velocity.mul(config.momentum));
      INDArray steps = gradient.reshape(gradient.length());
      INDArray otherSteps = byOthers.reshape(gradient.length());
      for (Place place : places) {
        INDArray step = place.of(steps);
        step.assign(place.matrix ? config.step(step, place.rows) : place.of(otherSteps));
      }
    }

    private GradientUpdater<?> otherUpdater() {
      Muon config = getConfig();
      return config.others.instantiate(config.othersIn(state()), false);
    }
  }
}
