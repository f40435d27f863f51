package io.blockwork.train;

import io.blockwork.io.SafeText;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * LAMB (You and others, 2019), for very large batches: {@link Adam} whose steps, with the decoupled
 * weight decay in them, are scaled parameter by parameter to {@code lr * |p|}: {@code p -= lr * |p|
 * / |r| * r} with {@code r = adam + decay * p}, as timm's {@code Lamb} does it. A parameter or step
 * of nothing but zeros is not scaled, and neither are parameters that are exempt from weight decay
 * (see {@link Optimizer#decayNormsAndBiases} and {@link ParameterGroup}).
 *
 * <p>Its weight decay is {@link Optimizer#decoupledWeightDecay}; the clipping to a norm of 1 that
 * goes with it in timm is {@link Optimizer#clipNorm}.
 */
public final class Lamb extends TorchUpdater {
  private static final long serialVersionUID = 1;

  private final Adam adam;
  private final double beta1;
  private final double beta2;
  private final double epsilon;

  /** Betas of 0.9 and 0.999, an epsilon of 1e-6. */
  public Lamb(double learningRate) {
    this(learningRate, 0.9, 0.999, 1e-6);
  }

  /**
   * @param learningRate step size, as a part of a parameter's norm: for example 5e-3
   * @param beta1 what the mean of the gradient keeps in a step, in [0, 1)
   * @param beta2 what the mean of its square keeps in a step, in [0, 1)
   * @param epsilon added to the denominator, 0 or more
   * @throws IllegalArgumentException if one is out of range
   */
  public Lamb(double learningRate, double beta1, double beta2, double epsilon) {
    super(learningRate, 2, "MV");
    this.adam = new Adam(learningRate, beta1, beta2, epsilon);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // nothing to copy but some numbers
  public IUpdater clone() {
    return new Lamb(learningRate(), beta1, beta2, epsilon);
  }

  @Override
  public String toString() {
    return SafeText.format("Lamb(%s, %s, %s, %s)", learningRate(), beta1, beta2, epsilon);
  }

  @Override
  GradientUpdater<Lamb> over(INDArray state) {
    return new Updater(this, state);
  }

  private static final class Updater extends Arithmetic<Lamb> implements LayerwiseUpdater {
    Updater(Lamb config, INDArray state) {
      super(config, state);
    }

    @Override
    public void before(INDArray parameter, INDArray gradient, double decay) {
      Nd4j.getBlasWrapper().axpy(Double.valueOf(decay), parameter, gradient);
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      Adam adam = getConfig().adam;
      adam.learningRate(getConfig().learningRate());
      adam.over(state()).applyUpdater(gradient, iteration, epoch);
    }

    @Override
    public void after(INDArray parameter, INDArray update, double decay) {
      double rate = getConfig().learningRate();
      Nd4j.getBlasWrapper().axpy(Double.valueOf(rate * decay), parameter, update);
      double size = LayerwiseUpdater.norm(parameter);
      double step = LayerwiseUpdater.norm(update);
      if (size > 0 && step > 0) {
        update.muli(rate * size / step);
      }
    }
  }
}
