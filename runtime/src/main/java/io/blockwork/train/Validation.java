package io.blockwork.train;

import io.blockwork.Network;
import java.util.List;

/** How a training run finds out, after every epoch, how good the network is. */
public interface Validation {
  /** The classes of the data by label; empty if it has none. */
  List<String> classNames();

  /** Before the first epoch: what {@link #evaluate} will need may be prepared, or checked. */
  default void prepare(Network network) {}

  /**
   * Runs the network over all images.
   *
   * @throws DivergedException if its output for an image is not finite
   */
  Evaluation evaluate(Network network);
}
