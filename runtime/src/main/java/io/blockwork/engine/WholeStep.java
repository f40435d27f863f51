package io.blockwork.engine;

import java.util.List;
import java.util.Objects;

/**
 * What a whole training step came to that an engine has made.
 *
 * @param losses of the outputs, in their order, without their weights; 0 of those without a loss
 * @param made whether the parameters were stepped: not if a loss or a gradient is not finite
 */
public record WholeStep(List<Double> losses, boolean made) {
  /** Copies the list. */
  public WholeStep {
    Objects.requireNonNull(losses, "losses");
    losses = List.copyOf(losses);
  }
}
