package io.blockwork.train;

import io.blockwork.io.SafeText;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
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

  /**
   * The updater, if another one can hand it some of the parameters.
   *
   * @param by the updater that does
   * @throws IllegalArgumentException if it goes by whole parameters, which it is told of only where
   *     it steps all of them, or cannot be trained with
   */
  static IUpdater byValues(String by, IUpdater config) {
    usable(config);
    GradientUpdater<?> made = updaterOf(config.clone());
    if (made instanceof LayerwiseUpdater || made instanceof LayoutAware) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: expected an updater that steps each value by itself, got %s, which goes by whole"
                  + " parameters; use Momentum or Adam",
              by, config.getClass().getSimpleName()));
    }
    return config;
  }

  /** For a single parameter: whether it can be made does not depend on how many there are. */
  private static void requireMakeable(IUpdater config) {
    try {
      updaterOf(config);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: this version of ND4J cannot make this updater (%s); use Adam or Momentum of"
                  + " io.blockwork.train, or another of org.nd4j.linalg.learning.config",
              config.getClass().getSimpleName(), e),
          e);
    }
  }

  private static GradientUpdater<?> updaterOf(IUpdater config) {
    long size = config.stateSize(1);
    // Updaters that keep nothing refuse an array for their state.
    return config.instantiate(
        size == 0 ? (INDArray) null : Nd4j.zeros(DataType.FLOAT, 1, size), true);
  }
}
