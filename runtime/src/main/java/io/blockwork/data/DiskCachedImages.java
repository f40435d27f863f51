package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.nio.file.Path;
import java.util.Optional;

/** Keeps decoded images on a disk; those of which nobody knows where they lie are not kept. */
final class DiskCachedImages extends OfImages implements ImageDataset {
  private final DiskCache cache;

  DiskCachedImages(ImageDataset images, DiskCache cache) {
    super(images);
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
}
