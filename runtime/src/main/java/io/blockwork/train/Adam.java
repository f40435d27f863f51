package io.blockwork.train;

import io.blockwork.engine.UpdateRule;
import io.blockwork.io.SafeText;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Adam (Kingma and Ba, 2014) as torch does it: {@code p -= lr * mHat / (sqrt(vHat) + epsilon)},
 * where both means are corrected for their start at zero before epsilon is added. ND4J's {@code
 * Adam} adds epsilon before, so that its first steps are others where gradients are small.
 *
 * <p>With {@link Optimizer#decoupledWeightDecay} it is AdamW.
 */
public final class Adam extends TorchUpdater {
  private static final long serialVersionUID = 1;

  private final double beta1;
  private final double beta2;
  private final double epsilon;

  /** Betas of 0.9 and 0.999, an epsilon of 1e-8. */
  public Adam(double learningRate) {
    this(learningRate, 0.9, 0.999, 1e-8);
  }

  /**
   * @param learningRate step size, for example 1e-3
   * @param beta1 what the mean of the gradient keeps in a step, in [0, 1)
   * @param beta2 what the mean of its square keeps in a step, in [0, 1)
   * @param epsilon added to the denominator, 0 or more
   * @throws IllegalArgumentException if one is out of range
   */
  public Adam(double learningRate, double beta1, double beta2, double epsilon) {
    super(learningRate, 2, "MV");
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon >= 0)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "Adam: expected betas from 0 to 1 (exclusive) and an epsilon of 0 or more, got %s,"
                  + " %s, %s",
              beta1, beta2, epsilon));
    }
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // nothing to copy but some numbers
  public IUpdater clone() {
    return new Adam(learningRate(), beta1, beta2, epsilon);
  }

  @Override
  public String toString() {
    return SafeText.format("Adam(%s, %s, %s, %s)", learningRate(), beta1, beta2, epsilon);
  }

  @Override
  GradientUpdater<Adam> over(INDArray state) {
    return new Updater(this, state);
  }

  /** Holds both means, one after the other in one array. */
  private static final class Updater extends Arithmetic<Adam> implements FusedUpdater {
    Updater(Adam config, INDArray state) {
      super(config, state);
    }

    /** Turns the gradient into what is subtracted from the parameters. */
    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      Adam config = getConfig();
      long n = gradient.length();
      INDArray flat = state().reshape(2 * n);
      INDArray mean = flat.get(NDArrayIndex.interval(0, n)).reshape(1, n);
      INDArray square = flat.get(NDArrayIndex.interval(n, 2 * n)).reshape(1, n);
      double correction1 = 1 - Math.pow(config.beta1, iteration + 1);
      double correction2 = 1 - Math.pow(config.beta2, iteration + 1);
      mean.muli(config.beta1).addi(gradient.mul(1 - config.beta1));
      square.muli(config.beta2).addi(gradient.mul(gradient).muli(1 - config.beta2));
      INDArray denominator =
          Transforms.sqrt(square, true).divi(Math.sqrt(correction2)).addi(config.epsilon);
      gradient.assign(mean).divi(denominator).muli(config.learningRate() / correction1);
    }

    @Override
    public UpdateRule rule() {
      Adam config = getConfig();
      return new UpdateRule.Adam(config.beta1, config.beta2, config.epsilon);
    }

    /** Rounds as {@link #applyUpdater} does. */
    @Override
    public Kernel kernel(int iteration, double factor) {
      Adam config = getConfig();
      float keep1 = (float) config.beta1;
      float take1 = (float) (1 - config.beta1);
      float keep2 = (float) config.beta2;
      float take2 = (float) (1 - config.beta2);
      float epsilon = (float) config.epsilon;
      float root = (float) Math.sqrt(1 - Math.pow(config.beta2, iteration + 1));
      double correction = 1 - Math.pow(config.beta1, iteration + 1);
      float rate = (float) (config.learningRate() * factor / correction);
      return (n, parameter, gradient, state) -> {
        float[] mean = state[0];
        float[] square = state[1];
        for (int i = 0; i < n; i++) {
          float g = gradient[i];
          mean[i] = keep1 * mean[i] + take1 * g;
          square[i] = keep2 * square[i] + take2 * (g * g);
          parameter[i] -= rate * (mean[i] / ((float) Math.sqrt(square[i]) / root + epsilon));
        }
      };
    }
  }
}
