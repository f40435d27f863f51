package io.blockwork.data;

import io.blockwork.image.Preprocessing;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Labelled images of one shape, as floats: what a {@link DataLoader} makes batches of. Implement it
 * for data of your own; if these are 8-bit images, implementing {@link ImageDataset} is easier.
 *
 * <p>Several workers read at the same time: {@link #read} and {@link #label} must be thread-safe.
 */
public interface Dataset extends Labelled {
  /** The shape of every item. */
  ImageShape shape();

  /**
   * Writes the item's values.
   *
   * @param index of the item
   * @param random whatever is done at random takes its numbers from here, and from nowhere else, so
   *     that results can be repeated
   * @param target takes {@code shape().length()} values, {@code [C, H, W]}, from its position on
   * @throws DataException if the record is damaged
   */
  void read(int index, RandomGenerator random, FloatBuffer target);

  /**
   * What a picture goes through to become an item, if that is the same for each and nothing of it
   * is done at random: it is kept with the weights of a network that is validated on this data.
   */
  default Optional<Preprocessing> preprocessing() {
    return Optional.empty();
  }

  /**
   * The items of the given indices, in that order.
   *
   * @throws IndexOutOfBoundsException if an index is not below {@code size()}
   */
  default Dataset subset(int... indices) {
    Objects.requireNonNull(indices, "indices");
    return Subsets.of(this, indices);
  }

  /**
   * The same items with their classes numbered in another order: what makes the labels of a second
   * data set, which lacks some classes, agree with those of the first.
   *
   * @param classNames by label; all classes of this data set must be among them
   * @throws IllegalArgumentException if one is not, or two classes have the same name
   */
  default Dataset withClasses(List<String> classNames) {
    Objects.requireNonNull(classNames, "classNames");
    return Relabelled.of(this, classNames);
  }
}
