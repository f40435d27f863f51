package io.blockwork.train;

import io.blockwork.engine.UpdateRule;

/** An updater that can do its part of a step while gradient and parameter are in the cache. */
interface FusedUpdater {
  /** The same arithmetic, for engines that make steps themselves. */
  UpdateRule rule();

  /**
   * The arithmetic of one step, with the learning rate as it is now.
   *
   * @param iteration steps before this one
   * @param factor of the learning rate
   */
  Kernel kernel(int iteration, double factor);

  /** Steps some parameters. */
  @FunctionalInterface
  interface Kernel {
    /**
     * Changes the first {@code n} values of each array.
     *
     * @param parameter is stepped
     * @param gradient is read
     * @param state what the updater remembers: as many arrays as values for each parameter
     */
    void step(int n, float[] parameter, float[] gradient, float[][] state);
  }
}
