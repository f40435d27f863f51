package io.blockwork.loss;

import java.util.List;
import java.util.Objects;

/**
 * What the loss of an auxiliary output came to.
 *
 * @param output the output's name
 * @param weight factor of the loss in the sum that is minimised
 * @param loss the loss itself, without the weight
 */
public record AuxiliaryLoss(String output, double weight, double loss)
    implements java.io.Serializable {
  /** Checks that nothing is missing. */
  public AuxiliaryLoss {
    Objects.requireNonNull(output, "output");
  }

  /** The sum that is minimised: the main loss and the weighted losses. */
  public static double total(double main, List<AuxiliaryLoss> auxiliary) {
    double total = main;
    for (AuxiliaryLoss each : auxiliary) {
      total += each.weight() * each.loss();
    }
    return total;
  }
}
