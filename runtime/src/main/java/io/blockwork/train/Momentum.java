package io.blockwork.train;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Stochastic gradient descent with momentum as torch's {@code SGD} does it: {@code v = mu * v + g}
 * ({@code v = g} in the first step), {@code p -= lr * v}. ND4J's {@code Nesterovs} looks ahead and
 * folds the learning rate into its state, so that its steps are others.
 */
public final class Momentum implements IUpdater {
  private static final long serialVersionUID = 1;
  private static final String STATE = "V";

  private double learningRate;
  private final double momentum;

  /**
   * @param learningRate step size, for example 0.1
   * @param momentum share of the last step that carries on, in [0, 1): 0.9 is usual
   * @throws IllegalArgumentException if one is out of range
   */
  public Momentum(double learningRate, double momentum) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum: expected 0 to 1 (exclusive), got " + momentum);
    }
    this.momentum = momentum;
    this.learningRate = checked(learningRate);
  }

  static double checked(double learningRate) {
    if (!(learningRate >= 0) || Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException("learning rate: expected 0 or more, got " + learningRate);
    }
    return learningRate;
  }

  /** The share of the last step that carries on. */
  public double momentum() {
    return momentum;
  }

  /** Changes the step size of the next steps. */
  public void learningRate(double learningRate) {
    this.learningRate = checked(learningRate);
  }

  @Override
  public long stateSize(long parameters) {
    return parameters;
  }

  @Override
  public GradientUpdater<Momentum> instantiate(INDArray state, boolean initialise) {
    if (initialise) {
      state.assign(0);
    }
    return new Updater(this, state);
  }

  @Override
  public GradientUpdater<Momentum> instantiate(Map<String, INDArray> state, boolean initialise) {
    INDArray v = state.get(STATE);
    if (v == null) {
      throw new IllegalArgumentException("state: expected an array V, got " + state.keySet());
    }
    return instantiate(v, initialise);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // nothing to copy but two numbers
  public IUpdater clone() {
    return new Momentum(learningRate, momentum);
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
          "Momentum does not support schedules: call learningRate before each step");
    }
    learningRate(learningRate);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Momentum m && m.learningRate == learningRate && m.momentum == momentum;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(learningRate) * 31 + Double.hashCode(momentum);
  }

  @Override
  public String toString() {
    return "Momentum(" + learningRate + ", " + momentum + ")";
  }

  /** Holds the velocity. */
  private static final class Updater implements GradientUpdater<Momentum>, FusedUpdater {
    private final Momentum config;
    private INDArray velocity;

    Updater(Momentum config, INDArray velocity) {
      this.config = config;
      this.velocity = velocity;
    }

    @Override
    public Momentum getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialise) {
      INDArray v = state.get(STATE);
      if (v == null) {
        throw new IllegalArgumentException("state: expected an array V, got " + state.keySet());
      }
      setStateViewArray(v, v.shape(), v.ordering(), initialise);
    }

    @Override
    public Map<String, INDArray> getState() {
      return Map.of(STATE, velocity);
    }

    @Override
    public void setStateViewArray(
        INDArray view, long[] gradientShape, char gradientOrder, boolean initialise) {
      if (initialise) {
        view.assign(0);
      }
      velocity = view;
    }

    /** Turns the gradient into what is subtracted from the parameters. */
    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      // A zero start makes the first step v = g by itself.
      velocity.muli(config.momentum).addi(gradient);
      gradient.assign(velocity).muli(config.learningRate);
    }

    /** Rounds as {@link #applyUpdater} does. */
    @Override
    public Kernel kernel(int iteration) {
      float momentum = (float) config.momentum;
      float rate = (float) config.learningRate;
      return (n, parameter, gradient, state) -> {
        float[] v = state[0];
        for (int i = 0; i < n; i++) {
          v[i] = momentum * v[i] + gradient[i];
          parameter[i] -= rate * v[i];
        }
      };
    }
  }
}
