package io.blockwork.data;

import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Mixes the images of a batch with each other; labels become probabilities. Thread-safe.
 *
 * @see Mixup
 * @see CutMix
 */
public interface BatchMix {
  /**
   * Changes images and probabilities in place.
   *
   * @param random the only source of chance; it belongs to the batch
   */
  void mix(MutableBatch batch, RandomGenerator random);

  /** One of the given ways for each batch, each as likely: torchvision's {@code RandomChoice}. */
  static BatchMix oneOf(BatchMix... ways) {
    Objects.requireNonNull(ways, "ways");
    List<BatchMix> choices = List.of(ways);
    if (choices.isEmpty()) {
      throw new IllegalArgumentException("expected at least one BatchMix");
    }
    return (batch, random) -> choices.get(random.nextInt(choices.size())).mix(batch, random);
  }
}
