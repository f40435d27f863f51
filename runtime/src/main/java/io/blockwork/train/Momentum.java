package io.blockwork.train;

import io.blockwork.engine.UpdateRule;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Stochastic gradient descent with momentum as torch's {@code SGD} does it: {@code v = mu * v + g}
 * ({@code v = g} in the first step), {@code p -= lr * v}; with Nesterov's momentum {@code p -= lr *
 * (g + mu * v)}. ND4J's {@code Nesterovs} folds the learning rate into its state, so that its steps
 * are others when the rate changes.
 */
public final class Momentum extends TorchUpdater {
  private static final long serialVersionUID = 1;

  private final double momentum;
  private final boolean nesterov;

  /**
   * @param learningRate step size, for example 0.1
   * @param momentum share of the last step that carries on, in [0, 1): 0.9 is usual
   * @throws IllegalArgumentException if one is out of range
   */
  public Momentum(double learningRate, double momentum) {
    this(learningRate, momentum, false);
  }

  private Momentum(double learningRate, double momentum, boolean nesterov) {
    super(learningRate, 1, "V");
    this.momentum = checkedMomentum(momentum);
    this.nesterov = nesterov;
  }

  /**
   * Nesterov's momentum (Sutskever and others, 2013), as torch's {@code SGD(nesterov=True)}.
   *
   * @param learningRate step size, for example 0.1
   * @param momentum share of the last step that carries on, in [0, 1): 0.9 is usual
   * @throws IllegalArgumentException if one is out of range
   */
  public static Momentum nesterov(double learningRate, double momentum) {
    return new Momentum(learningRate, momentum, true);
  }

  /** The share of the last step that carries on. */
  public double momentum() {
    return momentum;
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // nothing to copy but some numbers
  public IUpdater clone() {
    return new Momentum(learningRate(), momentum, nesterov);
  }

  @Override
  public String toString() {
    return "Momentum(" + learningRate() + ", " + momentum + (nesterov ? ", Nesterov)" : ")");
  }

  @Override
  GradientUpdater<Momentum> over(INDArray state) {
    return new Updater(this, state);
  }

  /** Holds the velocity. */
  private static final class Updater extends Arithmetic<Momentum> implements FusedUpdater {
    Updater(Momentum config, INDArray velocity) {
      super(config, velocity);
    }

    /** Turns the gradient into what is subtracted from the parameters. */
    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      Momentum config = getConfig();
      INDArray velocity = state();
      // A zero start makes the first step v = g by itself.
      velocity.muli(config.momentum).addi(gradient);
      if (config.nesterov) {
        gradient.addi(velocity.mul(config.momentum));
      } else {
        gradient.assign(velocity);
      }
      gradient.muli(config.learningRate());
    }

    @Override
    public UpdateRule rule() {
      return new UpdateRule.Momentum(getConfig().momentum, getConfig().nesterov);
    }

    /** Rounds as {@link #applyUpdater} does. */
    @Override
    public Kernel kernel(int iteration, double factor) {
      float momentum = (float) getConfig().momentum;
      float rate = (float) (getConfig().learningRate() * factor);
      if (getConfig().nesterov) {
        return (n, parameter, gradient, state) -> {
          float[] v = state[0];
          for (int i = 0; i < n; i++) {
            v[i] = momentum * v[i] + gradient[i];
            parameter[i] -= rate * (gradient[i] + momentum * v[i]);
          }
        };
      }
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
