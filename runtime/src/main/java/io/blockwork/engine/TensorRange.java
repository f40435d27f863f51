package io.blockwork.engine;

import java.io.Serializable;
import java.util.List;

/**
 * Between which values the numbers of one layer's output lie.
 *
 * @param whole all of them, less the few that quantising may cut off
 * @param channels those of each channel
 */
public record TensorRange(ValueRange whole, List<ValueRange> channels) implements Serializable {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no channel
   */
  public TensorRange {
    channels = List.copyOf(channels);
    if (channels.isEmpty()) {
      throw new IllegalArgumentException("channels: expected at least one");
    }
  }
}
