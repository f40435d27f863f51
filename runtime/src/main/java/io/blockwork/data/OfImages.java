package io.blockwork.data;

import java.util.List;

/** Something made of images one by one, which keep their order, labels and sources. */
abstract class OfImages implements Labelled {
  /** What it is made of. */
  final ImageDataset images;

  OfImages(ImageDataset images) {
    this.images = images;
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public int label(int index) {
    return images.label(index);
  }

  @Override
  public List<String> classNames() {
    return images.classNames();
  }

  @Override
  public Task task() {
    return images.task();
  }

  @Override
  public float[] target(int index) {
    return images.target(index);
  }

  @Override
  public String describe(int index) {
    return images.describe(index);
  }
}
