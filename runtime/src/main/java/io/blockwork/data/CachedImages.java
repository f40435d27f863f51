package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Keeps decoded images up to a bound; what came first stays. */
final class CachedImages extends OfImages implements ImageDataset {
  private final AtomicReferenceArray<@Nullable ByteImage> kept;
  private final AtomicLong free;

  CachedImages(ImageDataset images, long maxBytes) {
    super(images);
    this.kept = new AtomicReferenceArray<>(images.size());
    this.free = new AtomicLong(budget(maxBytes, Runtime.getRuntime().maxMemory()));
  }

  /** Half of Java's memory is left to everything else, decoding above all. */
  static long budget(long maxBytes, long heap) {
    return Math.min(maxBytes, heap / 2);
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
}
