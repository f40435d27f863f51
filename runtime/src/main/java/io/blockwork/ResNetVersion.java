package io.blockwork;

/** The published variants of the residual block. */
public enum ResNetVersion {
  /**
   * He et al. 2015: the stride stands in the first convolution of a block (the 1x1 of a
   * bottleneck).
   */
  V1,
  /**
   * As {@link #V1}, but a bottleneck strides in its 3x3 convolution. torchvision's pretrained
   * weights are of this kind.
   */
  V1_5,
  /**
   * Pre-activation, He et al. 2016: batch norm and ReLU before each convolution, nothing after the
   * sum.
   */
  V2
}
