package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Keeps decoded images up to a bound; what came first stays. */
final class CachedImages implements ImageDataset {
  private final ImageDataset images;
  private final AtomicReferenceArray<@Nullable ByteImage> kept;
  private final AtomicLong free;

  CachedImages(ImageDataset images, long maxBytes) {
    this.images = images;
    this.kept = new AtomicReferenceArray<>(images.size());
    this.free = new AtomicLong(maxBytes);
  }

  @Override
  public ByteImage image(int index) {
    ByteImage image = kept.get(index);
    if (image != null) {
      return image;
    }
    ByteImage read = images.image(index);
    long bytes = read.samples().length;
    if (free.addAndGet(-bytes) < 0 || !kept.compareAndSet(index, null, read)) {
      free.addAndGet(bytes);
    }
    return read;
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
