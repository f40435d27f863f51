package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Shape;
import io.blockwork.published.PretrainedWeights;

/**
 * A {@code @Published} that has been read.
 *
 * @param weights the facts; the number of values in the file is not known yet
 * @param with what the block's elements were, as text; empty if all had their defaults
 * @param input the images' size
 * @param site where it stands
 */
public record Publication(PretrainedWeights weights, String with, Shape input, Site site) {
  /** What {@code weights} calls it. */
  public String name() {
    return weights.name();
  }
}
