package io.blockwork.engine;

/**
 * The arithmetic by which an optimizer changes a parameter {@code p} along its gradient {@code g},
 * for engines that do it where they keep the parameters. Each value has one or more numbers of
 * state, which are zero at first and lie in as many arrays, one behind the other.
 */
public sealed interface UpdateRule {
  /** Arrays of state, each as long as the parameters. */
  int arrays();

  /**
   * Stochastic gradient descent as torch's {@code SGD} does it: {@code v = momentum * v + g},
   * {@code p -= rate * v}, or with Nesterov's momentum {@code p -= rate * (g + momentum * v)}.
   *
   * @param momentum share of the last step that carries on, in [0, 1)
   * @param nesterov whether it is Nesterov's
   */
  record Momentum(double momentum, boolean nesterov) implements UpdateRule {
    @Override
    public int arrays() {
      return 1;
    }
  }

  /**
   * Adam (Kingma and Ba, 2014) as torch does it: {@code m = beta1 * m + (1 - beta1) * g}, {@code v
   * = beta2 * v + (1 - beta2) * g * g}, {@code p -= rate * mHat / (sqrt(vHat) + epsilon)}, where
   * {@code mHat = m / (1 - beta1^t)} and {@code vHat = v / (1 - beta2^t)} in the step t, from 1.
   *
   * @param beta1 what the mean of the gradient keeps in a step, in [0, 1)
   * @param beta2 what the mean of its square keeps in a step, in [0, 1)
   * @param epsilon added to the denominator, 0 or more
   */
  record Adam(double beta1, double beta2, double epsilon) implements UpdateRule {
    @Override
    public int arrays() {
      return 2;
    }
  }
}
