package io.blockwork.data;

import java.util.random.RandomGenerator;

/** A step on an image of floats: what torchvision does to a tensor. Thread-safe. */
public non-sealed interface TensorTransform extends Transform {
  /**
   * The transformed image.
   *
   * @param image may be changed in place and returned
   * @param random the only source of chance
   */
  FloatImage apply(FloatImage image, RandomGenerator random);
}
