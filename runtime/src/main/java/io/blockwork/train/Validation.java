package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.data.Dataset;
import io.blockwork.data.Task;
import io.blockwork.image.Preprocessing;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** How a training run finds out, after every epoch, how good the network is. */
public interface Validation {
  /** The classes of the data by label; empty if it has none. */
  List<String> classNames();

  /** What is to be said of each image. */
  default Task task() {
    return Task.SINGLE_LABEL;
  }

  /** The names of the metrics that it tells of beside loss and accuracies. */
  default List<String> metrics() {
    return List.of();
  }

  /** What the data's pictures went through: see {@link Dataset#preprocessing}. */
  default Optional<Preprocessing> preprocessing() {
    return Optional.empty();
  }

  /** Before the first epoch: what {@link #evaluate} will need may be prepared, or checked. */
  default void prepare(Network network) {}

  /** How many images {@link #evaluate} runs over; 0 if that is not known before. */
  default long images() {
    return 0;
  }

  /**
   * Runs the network over all images, and tells how far it is.
   *
   * @param seen hears of the number of images that are done, in between
   * @throws DivergedException if its output for an image is not finite
   */
  default Evaluation evaluate(Network network, LongConsumer seen) {
    return evaluate(network);
  }

  /**
   * Runs the network over all images.
   *
   * @throws DivergedException if its output for an image is not finite
   */
  Evaluation evaluate(Network network);
}
