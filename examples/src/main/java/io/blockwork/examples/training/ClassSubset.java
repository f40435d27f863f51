package io.blockwork.examples.training;

import io.blockwork.data.ImageDataset;
import io.blockwork.image.ByteImage;
import java.util.List;
import java.util.stream.IntStream;

/** The images of some classes, which are labelled anew in the order given. */
final class ClassSubset implements ImageDataset {
  private final ImageDataset all;
  private final List<String> classNames;
  private final int[] indices;

  ClassSubset(ImageDataset all, List<String> classNames) {
    this.all = all;
    this.classNames = List.copyOf(classNames);
    this.indices =
        IntStream.range(0, all.size())
            .filter(i -> classNames.contains(all.classNames().get(all.label(i))))
            .toArray();
  }

  @Override
  public ByteImage image(int index) {
    return all.image(indices[index]);
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public int label(int index) {
    return classNames.indexOf(all.classNames().get(all.label(indices[index])));
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    return all.describe(indices[index]);
  }
}
