package io.blockwork.train;

import io.blockwork.io.SafeText;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * LARS (You, Gitman and Ginsburg, 2017), for very large batches: {@link Momentum} whose gradients
 * are first scaled, parameter by parameter, by {@code trust * |p| / (|g| + decay * |p| + 1e-8)}, as
 * timm's {@code Lars} does it. A parameter or gradient of nothing but zeros is not scaled, and
 * neither are parameters that are exempt from weight decay (see {@link
 * Optimizer#decayNormsAndBiases} and {@link ParameterGroup}), as in the paper's own runs.
 */
public final class Lars extends TorchUpdater {
  private static final long serialVersionUID = 1;
  private static final double EPSILON = 1e-8;

  private final Momentum momentum;
  private final double trust;

  /** Scales with a trust coefficient of 0.001. */
  public Lars(double learningRate, double momentum) {
    this(learningRate, momentum, 0.001);
  }

  /**
   * @param learningRate step size; large ones are usual, for example 10
   * @param momentum share of the last step that carries on, in [0, 1): 0.9 is usual
   * @param trust how far a step may change a parameter, as a part of its norm; positive
   * @throws IllegalArgumentException if one is out of range
   */
  public Lars(double learningRate, double momentum, double trust) {
    super(learningRate, 1, "V");
    if (!(trust > 0) || Double.isInfinite(trust)) {
      throw new IllegalArgumentException("trust: expected a positive number, got " + trust);
    }
    this.momentum = new Momentum(learningRate, momentum);
    this.trust = trust;
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // nothing to copy but some numbers
  public IUpdater clone() {
    return new Lars(learningRate(), momentum.momentum(), trust);
  }

  @Override
  public String toString() {
    return SafeText.format("Lars(%s, %s, %s)", learningRate(), momentum.momentum(), trust);
  }

  @Override
  GradientUpdater<Lars> over(INDArray state) {
    return new Updater(this, state);
  }

  private static final class Updater extends Arithmetic<Lars> implements LayerwiseUpdater {
    Updater(Lars config, INDArray state) {
      super(config, state);
    }

    @Override
    public void before(INDArray parameter, INDArray gradient, double decay) {
      double size = LayerwiseUpdater.norm(parameter);
      double slope = LayerwiseUpdater.norm(gradient);
      Nd4j.getBlasWrapper().axpy(Double.valueOf(decay), parameter, gradient);
      if (size > 0 && slope > 0) {
        gradient.muli(getConfig().trust * size / (slope + decay * size + EPSILON));
      }
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      Momentum momentum = getConfig().momentum;
      momentum.learningRate(getConfig().learningRate());
      momentum.over(state()).applyUpdater(gradient, iteration, epoch);
    }

    @Override
    public void after(INDArray parameter, INDArray update, double decay) {
      Nd4j.getBlasWrapper()
          .axpy(Double.valueOf(getConfig().learningRate() * decay), parameter, update);
    }
  }
}
