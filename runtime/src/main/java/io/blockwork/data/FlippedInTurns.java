package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.Optional;

/** Images, half of them mirrored: the one half in odd epochs, the other in even ones. */
final class FlippedInTurns extends OfImages implements ImageDataset {
  /** A key of its own, so that the halves have nothing to do with other chance. */
  private static final long KEY = 0x666c6970;

  private final int epoch;

  FlippedInTurns(ImageDataset images, int epoch) {
    super(images);
    this.epoch = epoch;
  }

  @Override
  public ByteImage image(int index) {
    boolean odd = (new CounterRandom(KEY, index).nextLong() & 1) == 1;
    ByteImage image = images.image(index);
    return odd == (epoch % 2 == 1) ? image.flipHorizontally() : image;
  }

  @Override
  public Optional<ImageOrigin> origin(int index) {
    return images.origin(index);
  }
}
