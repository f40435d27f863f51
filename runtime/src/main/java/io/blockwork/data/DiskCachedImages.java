package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Keeps decoded images on a disk; those of which nobody knows where they lie are not kept. */
final class DiskCachedImages implements ImageDataset {
  private final ImageDataset images;
  private final DiskCache cache;

  DiskCachedImages(ImageDataset images, DiskCache cache) {
    this.images = images;
    this.cache = cache;
  }

  @Override
  public ByteImage image(int index) {
    Optional<Path> place = images.origin(index).flatMap(cache::place);
    return place
        .flatMap(DiskCache::read)
        .orElseGet(
            () -> {
              ByteImage image = images.image(index);
              place.ifPresent(path -> cache.write(path, image));
              return image;
            });
  }

  @Override
  public Optional<ImageOrigin> origin(int index) {
    return images.origin(index);
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
