package io.blockwork.compiled;

import io.blockwork.Architecture;
import io.blockwork.AuxiliaryOutput;
import io.blockwork.engine.CrossEntropy;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.loss.Losses.Auxiliary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is minimised of one output of a training pass.
 *
 * @param shape of the output for one image
 * @param loss its loss; empty for an auxiliary output that is left alone
 * @param weight factor of the loss
 */
record OutputLoss(List<Integer> shape, Optional<Loss> loss, double weight) {
  /**
   * One for each output of the network, in the order of the pass.
   *
   * @throws IllegalArgumentException if there is a loss for an output that the network lacks
   */
  static List<OutputLoss> of(Architecture architecture, Losses losses) {
    List<OutputLoss> all = new ArrayList<>();
    all.add(new OutputLoss(architecture.output(), Optional.of(losses.main()), 1));
    for (AuxiliaryOutput output : architecture.auxiliary()) {
      Optional<Auxiliary> term =
          losses.auxiliary().stream().filter(t -> t.output().equals(output.name())).findFirst();
      all.add(
          new OutputLoss(
              output.shape(), term.map(Auxiliary::loss), term.map(Auxiliary::weight).orElse(0.0)));
    }
    for (Auxiliary term : losses.auxiliary()) {
      architecture.requireAuxiliary(term.output());
    }
    return all;
  }

  /**
   * The loss for engines that compute it themselves, if they can.
   *
   * @param batched shape of the output for the whole batch
   */
  Optional<CrossEntropy> forEngines(long... batched) {
    return loss.flatMap(l -> l.softTargets(batched))
        .map(targets -> new CrossEntropy(targets, weight));
  }
}
