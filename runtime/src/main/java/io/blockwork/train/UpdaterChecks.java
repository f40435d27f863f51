package io.blockwork.train;

import io.blockwork.io.SafeText;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/** What ND4J accepts of an updater's settings, and fails at, or trains nonsense with, later. */
final class UpdaterChecks {
  private UpdaterChecks() {}

  /**
   * The updater, if it can be trained with.
   *
   * @throws IllegalArgumentException if its first learning rate is negative, NaN or infinite, or
   *     ND4J fails to make it
   */
  static IUpdater usable(IUpdater config) {
    double rate = config.hasLearningRate() ? config.getLearningRate(0, 0) : 0;
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException("learning rate: expected 0 or more, got " + rate);
    }
    requireMakeable(config.clone());
    return config;
  }

  /** For a single parameter: whether it can be made does not depend on how many there are. */
  private static void requireMakeable(IUpdater config) {
    long size = config.stateSize(1);
    if (size == 0) {
      return;
    }
    try {
      config.instantiate(Nd4j.zeros(DataType.FLOAT, 1, size), true);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: this version of ND4J cannot make this updater (%s); use Adam or Momentum of"
                  + " io.blockwork.train, or another of org.nd4j.linalg.learning.config",
              config.getClass().getSimpleName(), e),
          e);
    }
  }
}
