package io.blockwork;

/** What stands before the first stage of a network. */
public enum Stem {
  /**
   * A 7x7 convolution of stride 2, batch norm, ReLU and a 3x3 max pool of stride 2 (He et al. 2015,
   * Table 1).
   */
  IMAGENET,
  /** A 3x3 convolution of stride 1 and no pool, for small images (He et al. 2015, section 4.2). */
  CIFAR
}
