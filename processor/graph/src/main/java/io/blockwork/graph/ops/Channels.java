package io.blockwork.graph.ops;

/**
 * Some channels of a map.
 *
 * @param from the first
 * @param to the one behind the last
 */
public record Channels(int from, int to) {
  /** How many they are. */
  public int count() {
    return to - from;
  }

  /** Whether some are in both. */
  public boolean overlap(Channels other) {
    return from < other.to && other.from < to;
  }
}
