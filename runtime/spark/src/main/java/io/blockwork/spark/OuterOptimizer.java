package io.blockwork.spark;

import io.blockwork.io.SafeText;

/**
 * How the workers' differences change the weights after a round of local steps: stochastic gradient
 * descent, with the mean difference of the workers for a gradient.
 *
 * @param rate of the mean difference, positive; 1 goes where the workers went on average
 * @param momentum share of the last step that carries on, in [0, 1), as Nesterov has it; 0: none
 */
public record OuterOptimizer(double rate, double momentum) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public OuterOptimizer {
    if (!(rate > 0) || Double.isInfinite(rate) || !(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "outer optimizer: expected a positive rate and a momentum from 0 to 1 (exclusive),"
                  + " got %s and %s",
              rate, momentum));
    }
  }

  /** The workers' weights are averaged: local SGD (Stich, 2018; Lin et al., 2018). */
  public static OuterOptimizer averaging() {
    return new OuterOptimizer(1, 0);
  }

  /** A rate of 0.7 and a momentum of 0.9: DiLoCo (Douillard et al., 2023), for H of 50 and more. */
  public static OuterOptimizer diloco() {
    return new OuterOptimizer(0.7, 0.9);
  }
}
