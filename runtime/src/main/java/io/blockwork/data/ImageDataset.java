package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.NumberChecks;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Labelled 8-bit images, of any size each.
 *
 * <p>Several workers read at the same time: {@link #image} and {@link #label} must be thread-safe.
 */
public interface ImageDataset extends Labelled {
  /**
   * The item's image, decoded.
   *
   * @throws DataException if the record is damaged
   */
  ByteImage image(int index);

  /**
   * The images after a pipeline of transforms. All must then have one shape, that of the first: end
   * with a crop or a resize if the images' sizes differ.
   */
  default Dataset with(Pipeline pipeline) {
    Objects.requireNonNull(pipeline, "pipeline");
    return new TransformedDataset(this, pipeline);
  }

  /**
   * The same images, kept decoded once they have been read, as far as the given memory reaches: a
   * CIFAR epoch from memory takes a tenth of the time that decoding takes.
   *
   * @param maxBytes bytes of pixels to keep at most; half of Java's memory is the limit in any case
   */
  default ImageDataset cached(long maxBytes) {
    return new CachedImages(this, maxBytes);
  }

  /** Where the item's bytes lie; empty if that is not known, or they have no file. */
  default Optional<ImageOrigin> origin(int index) {
    return Optional.empty();
  }

  /**
   * The same images, kept decoded in a folder once they have been read: for photographs that do not
   * fit into memory, and to start the next run with. An image is decoded anew as soon as its file's
   * size or time changes, or what was kept is damaged; several processes may share the folder.
   * Pixels take many times the room of a JPEG: resize large photographs before, on their own.
   * Images whose {@link #origin} is not known are not kept.
   *
   * @param folder made if it is missing; deleting it is safe
   * @param maxBytes of the folder at most: what came first stays, and a smaller bound deletes the
   *     oldest files
   * @throws java.io.UncheckedIOException if nothing can be written there
   */
  default ImageDataset cachedIn(Path folder, long maxBytes) {
    Objects.requireNonNull(folder, "folder");
    return new DiskCachedImages(this, new DiskCache(folder, maxBytes));
  }

  /**
   * The same images, half of them mirrored left to right: which half takes turns from epoch to
   * epoch, so that two epochs in a row see each image from both sides. Flips at random see a
   * quarter of the images twice from the same side (Keller Jordan 2024, arXiv:2404.00498, section
   * 3.6). {@link DataLoader.Builder#from} gives each epoch its own.
   *
   * @param epoch its number, from 1
   * @throws IllegalArgumentException if it is less
   */
  default ImageDataset flippedInTurns(int epoch) {
    return new FlippedInTurns(this, NumberChecks.positive("epoch", epoch));
  }

  /**
   * The items of the given indices, in that order.
   *
   * @throws IndexOutOfBoundsException if an index is not below {@code size()}
   */
  default ImageDataset subset(int... indices) {
    Objects.requireNonNull(indices, "indices");
    return Subsets.of(this, indices);
  }

  /**
   * The same images with their classes numbered in another order: what makes the labels of a second
   * data set, which lacks some classes, agree with those of the first.
   *
   * @param classNames by label; all classes of this data set must be among them
   * @throws IllegalArgumentException if one is not, or two classes have the same name
   */
  default ImageDataset withClasses(List<String> classNames) {
    Objects.requireNonNull(classNames, "classNames");
    return Relabelled.of(this, classNames);
  }
}
