package io.blockwork.graph.ops;

/**
 * The windows of an adaptive pool along one axis, as torch has them: they cover all of it, may
 * overlap, and differ in length by one at most. Engines, which stand apart from graphs, have the
 * same in their {@code PoolAxis}.
 *
 * @param windows how many
 * @param size values along the axis
 */
public record AdaptiveAxis(int windows, int size) {
  /** The first value that window {@code i} sees. */
  public int from(int i) {
    return (int) ((long) i * size / windows);
  }

  /** The first value behind those that window {@code i} sees. */
  public int to(int i) {
    return (int) (((i + 1L) * size + windows - 1) / windows);
  }

  /** What value {@code at} is multiplied by in the mean of window {@code i}. */
  public double share(int i, int at) {
    return from(i) <= at && at < to(i) ? 1.0 / (to(i) - from(i)) : 0;
  }
}
