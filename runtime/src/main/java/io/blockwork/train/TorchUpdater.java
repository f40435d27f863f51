package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * What the updaters that step as torch's do have in common: a learning rate that can be changed,
 * and a state of some arrays as long as the parameters, one behind the other.
 */
abstract class TorchUpdater implements IUpdater {
  private static final long serialVersionUID = 1;

  private final int arrays;
  private final String key;
  private double learningRate;

  /**
   * @param arrays that the updater remembers from step to step
   * @param key under which ND4J's maps have them
   */
  TorchUpdater(double learningRate, int arrays, String key) {
    this.arrays = arrays;
    this.key = key;
    this.learningRate = checked(learningRate);
  }

  private static double checked(double learningRate) {
    if (!(learningRate >= 0) || Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException("learning rate: expected 0 or more, got " + learningRate);
    }
    return learningRate;
  }

  static double checkedMomentum(double momentum) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum: expected 0 to 1 (exclusive), got " + momentum);
    }
    return momentum;
  }

  /** The step size of the next step. */
  double learningRate() {
    return learningRate;
  }

  /** Changes the step size of the next steps. */
  public void learningRate(double learningRate) {
    this.learningRate = checked(learningRate);
  }

  /** The same settings, to be changed on their own. */
  @Override
  public abstract IUpdater clone();

  /** The arithmetic of this updater, on a state of its own. */
  abstract GradientUpdater<?> over(INDArray state);

  @Override
  public long stateSize(long parameters) {
    return arrays * parameters;
  }

  @Override
  public GradientUpdater<?> instantiate(INDArray state, boolean initialise) {
    if (initialise) {
      state.assign(0);
    }
    return over(state);
  }

  @Override
  public GradientUpdater<?> instantiate(Map<String, INDArray> state, boolean initialise) {
    return instantiate(values(state), initialise);
  }

  private INDArray values(Map<String, INDArray> state) {
    INDArray values = state.get(key);
    if (values == null) {
      throw new IllegalArgumentException(
          SafeText.format("state: expected an array %s, got %s", key, state.keySet()));
    }
    return values;
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
          getClass().getSimpleName()
              + " does not support ND4J's schedules: use io.blockwork.train.Schedule");
    }
    learningRate(learningRate);
  }

  /** The settings are what the updater prints as. */
  @Override
  @SuppressWarnings("EqualsGetClass") // the same updater, not a kind of it
  public boolean equals(Object other) {
    return other != null && other.getClass() == getClass() && other.toString().equals(toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public abstract String toString();

  /** An updater with its state. */
  abstract static class Arithmetic<T extends TorchUpdater> implements GradientUpdater<T> {
    private final T config;
    private INDArray state;

    Arithmetic(T config, INDArray state) {
      this.config = config;
      this.state = state;
    }

    /** All arrays, one behind the other. */
    final INDArray state() {
      return state;
    }

    @Override
    public final T getConfig() {
      return config;
    }

    @Override
    public final void setState(Map<String, INDArray> state, boolean initialise) {
      INDArray values = ((TorchUpdater) config).values(state);
      setStateViewArray(values, values.shape(), values.ordering(), initialise);
    }

    @Override
    public final Map<String, INDArray> getState() {
      return Map.of(((TorchUpdater) config).key, state);
    }

    @Override
    public final void setStateViewArray(
        INDArray view, long[] gradientShape, char gradientOrder, boolean initialise) {
      if (initialise) {
        view.assign(0);
      }
      state = view;
    }
  }
}
