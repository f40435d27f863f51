package io.blockwork.engine;

import io.blockwork.io.SafeText;
import java.util.Optional;

/**
 * One input of a sum in training.
 *
 * @param tensor the values
 * @param factor what they are multiplied by
 * @param gradient where the gradient goes; empty: it lies where the gradient of the sum lies, which
 *     is the same if the factor is 1
 */
public record TrainedAddend(Tensor tensor, double factor, Optional<Gradient> gradient) {
  /** Checks that a gradient that is shared is the same. */
  public TrainedAddend {
    if (gradient.isEmpty() && factor != 1) {
      throw new IllegalArgumentException(
          SafeText.format("an addend with the factor %s needs a gradient of its own", factor));
    }
  }

  /** The values as they are; their gradient is the sum's. */
  public static TrainedAddend addend(Tensor tensor) {
    return new TrainedAddend(tensor, 1, Optional.empty());
  }

  /** The values as they are, and where their gradient goes. */
  public static TrainedAddend addend(Tensor tensor, Gradient gradient) {
    return new TrainedAddend(tensor, 1, Optional.of(gradient));
  }

  /** The values times a constant, and where their gradient goes. */
  public static TrainedAddend addend(double factor, Tensor tensor, Gradient gradient) {
    return new TrainedAddend(tensor, factor, Optional.of(gradient));
  }
}
