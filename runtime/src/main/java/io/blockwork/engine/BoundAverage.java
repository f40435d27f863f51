package io.blockwork.engine;

/**
 * A moving average of a network's parameters and running statistics that an engine keeps where it
 * keeps these, such as on a device, so that they need not travel. It comes to the host's arrays
 * when it is {@linkplain #settle asked for}.
 */
public interface BoundAverage {
  /**
   * Takes in the values as they are now: {@code average = decay * average + (1 - decay) * value}.
   * An {@link io.blockwork.parameters.Parameters#update} as a whole.
   *
   * <p>If it throws, the average may have been moved or not: do not call it again for the same
   * values.
   *
   * @param decay what the average keeps; with 0 it becomes the values
   * @return false if the engine does not have the parameters at present, or no memory for the
   *     average: nothing has been done, and it is to be moved on the host, after {@link #settle}
   */
  boolean update(double decay);

  /**
   * Brings the average to the host's arrays, which may be changed from then on: the next update
   * starts from what they hold.
   */
  void settle();
}
