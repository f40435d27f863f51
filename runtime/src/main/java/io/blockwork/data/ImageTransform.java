package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.util.random.RandomGenerator;

/** A step on an 8-bit image: what torchvision does to a PIL image. Thread-safe. */
public non-sealed interface ImageTransform extends Transform {
  /**
   * The transformed image.
   *
   * @param random the only source of chance
   */
  ByteImage apply(ByteImage image, RandomGenerator random);
}
