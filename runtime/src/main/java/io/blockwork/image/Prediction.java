package io.blockwork.image;

import io.blockwork.io.SafeText;
import java.util.Objects;

/**
 * One answer of a classifier.
 *
 * @param index the class's index in the network's output
 * @param name the class's name
 * @param probability the softmax of its logit, 0 .. 1
 */
public record Prediction(int index, String name, double probability) {
  /** Checks that nothing is missing. */
  public Prediction {
    Objects.requireNonNull(name, "name");
  }

  /** {@code tabby (281) 62.3 %}. */
  @Override
  public String toString() {
    return SafeText.format("%s (%d) %.1f %%", name, index, 100 * probability);
  }
}
