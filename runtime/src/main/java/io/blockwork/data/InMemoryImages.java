package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.List;
import java.util.Objects;

/** 8-bit images in memory. */
public final class InMemoryImages implements ImageDataset {
  private final List<ByteImage> images;
  private final List<String> classNames;
  private final int[] labels;

  /**
   * @param images the items
   * @param classNames by label
   * @param labels of the images, in the same order
   * @throws IllegalArgumentException if there are more or fewer labels than images, or a label has
   *     no class
   */
  public InMemoryImages(List<ByteImage> images, List<String> classNames, int... labels) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(classNames, "classNames");
    this.images = List.copyOf(images);
    this.classNames = List.copyOf(classNames);
    this.labels = Labels.check(labels, images.size(), classNames.size());
  }

  @Override
  public ByteImage image(int index) {
    return images.get(index);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
