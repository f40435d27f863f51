package io.blockwork;

/**
 * What a residual block does to its input where the shape changes (He et al. 2015, section 3.3).
 */
public enum Shortcut {
  /**
   * Option A: take every stride-th pixel and pad with channels of zeros, half before and half
   * after; no parameters.
   */
  PAD,
  /**
   * Option B: the identity, or a 1x1 convolution where the resolution or the channels change.
   * torchvision's choice.
   */
  PROJECTION,
  /** Option C: a 1x1 convolution in every block. */
  PROJECT_ALL
}
