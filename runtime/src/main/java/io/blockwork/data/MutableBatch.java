package io.blockwork.data;

import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * A batch while it is being made: what a {@link BatchMix} changes.
 *
 * @param images {@code [N, C, H, W]}, from index 0 of the buffer on
 * @param shape of one image
 * @param size N
 * @param classes number of classes
 * @param probabilities {@code [N, classes]}: how much each image is of each class
 */
@SuppressWarnings("ArrayRecordComponent") // a mutable carrier; never compared
public record MutableBatch(
    FloatBuffer images, ImageShape shape, int size, int classes, float[] probabilities) {
  /** Checks that nothing is missing. */
  public MutableBatch {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(probabilities, "probabilities");
  }
}
