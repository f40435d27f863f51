package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Adam (Kingma and Ba, 2014) as torch does it: {@code p -= lr * mHat / (sqrt(vHat) + epsilon)},
 * where both means are corrected for their start at zero before epsilon is added. ND4J's {@code
 * Adam} adds epsilon before, so that its first steps are others where gradients are small.
 *
 * <p>With {@link Optimizer#decoupledWeightDecay} it is AdamW.
 */
public final class Adam implements IUpdater {
  private static final long serialVersionUID = 1;
  private static final String STATE = "MV";

  private double learningRate;
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
    this.learningRate = Momentum.checked(learningRate);
  }

  /** Changes the step size of the next steps. */
  public void learningRate(double learningRate) {
    this.learningRate = Momentum.checked(learningRate);
  }

  @Override
  public long stateSize(long parameters) {
    return 2 * parameters;
  }

  @Override
  public GradientUpdater<Adam> instantiate(INDArray state, boolean initialise) {
    if (initialise) {
      state.assign(0);
    }
    return new Updater(this, state);
  }

  @Override
  public GradientUpdater<Adam> instantiate(Map<String, INDArray> state, boolean initialise) {
    return instantiate(values(state), initialise);
  }

  private static INDArray values(Map<String, INDArray> state) {
    INDArray values = state.get(STATE);
    if (values == null) {
      throw new IllegalArgumentException("state: expected an array MV, got " + state.keySet());
    }
    return values;
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // nothing to copy but four numbers
  public IUpdater clone() {
    return new Adam(learningRate, beta1, beta2, epsilon);
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return learningRate;
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  /**
   * Sets the learning rate.
   *
   * @throws UnsupportedOperationException if there is a schedule
   */
  @Override
  public void setLrAndSchedule(double learningRate, ISchedule schedule) {
    if (schedule != null) {
      throw new UnsupportedOperationException(
          "Adam does not support ND4J's schedules: use io.blockwork.train.Schedule");
    }
    learningRate(learningRate);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Adam a
        && a.learningRate == learningRate
        && a.beta1 == beta1
        && a.beta2 == beta2
        && a.epsilon == epsilon;
  }

  @Override
  public int hashCode() {
    return java.util.Objects.hash(learningRate, beta1, beta2, epsilon);
  }

  @Override
  public String toString() {
    return SafeText.format("Adam(%s, %s, %s, %s)", learningRate, beta1, beta2, epsilon);
  }

  /** Holds both means, one after the other in one array. */
  private static final class Updater implements GradientUpdater<Adam>, FusedUpdater {
    private final Adam config;
    private INDArray state;

    Updater(Adam config, INDArray state) {
      this.config = config;
      this.state = state;
    }

    @Override
    public Adam getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialise) {
      INDArray values = values(state);
      setStateViewArray(values, values.shape(), values.ordering(), initialise);
    }

    @Override
    public Map<String, INDArray> getState() {
      return Map.of(STATE, state);
    }

    @Override
    public void setStateViewArray(
        INDArray view, long[] gradientShape, char gradientOrder, boolean initialise) {
      if (initialise) {
        view.assign(0);
      }
      state = view;
    }

    /** Turns the gradient into what is subtracted from the parameters. */
    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      long n = gradient.length();
      INDArray flat = state.reshape(2 * n);
      INDArray mean = flat.get(NDArrayIndex.interval(0, n)).reshape(1, n);
      INDArray square = flat.get(NDArrayIndex.interval(n, 2 * n)).reshape(1, n);
      double correction1 = 1 - Math.pow(config.beta1, iteration + 1);
      double correction2 = 1 - Math.pow(config.beta2, iteration + 1);
      mean.muli(config.beta1).addi(gradient.mul(1 - config.beta1));
      square.muli(config.beta2).addi(gradient.mul(gradient).muli(1 - config.beta2));
      INDArray denominator =
          Transforms.sqrt(square, true).divi(Math.sqrt(correction2)).addi(config.epsilon);
      gradient.assign(mean).divi(denominator).muli(config.learningRate / correction1);
    }

    /** Rounds as {@link #applyUpdater} does. */
    @Override
    public Kernel kernel(int iteration) {
      float keep1 = (float) config.beta1;
      float take1 = (float) (1 - config.beta1);
      float keep2 = (float) config.beta2;
      float take2 = (float) (1 - config.beta2);
      float epsilon = (float) config.epsilon;
      float root = (float) Math.sqrt(1 - Math.pow(config.beta2, iteration + 1));
      float rate = (float) (config.learningRate / (1 - Math.pow(config.beta1, iteration + 1)));
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
