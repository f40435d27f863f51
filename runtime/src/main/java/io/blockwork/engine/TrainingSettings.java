package io.blockwork.engine;

import java.util.List;

/**
 * What a training pass computes.
 *
 * @param inputGradient whether the gradient of the images is wanted
 * @param frozen path prefixes whose parameters get no gradient and whose batch norms use their
 *     running statistics
 * @param seed of the dropout masks
 */
public record TrainingSettings(boolean inputGradient, List<String> frozen, long seed) {
  /** Copies the list. */
  public TrainingSettings {
    frozen = List.copyOf(frozen);
  }

  /**
   * Whether the layer at {@code path} is frozen: {@code layer1} freezes {@code layer1.0.conv1} but
   * not {@code layer10}.
   */
  public boolean isFrozen(String path) {
    return frozen.stream().anyMatch(p -> path.equals(p) || path.startsWith(p + "."));
  }
}
