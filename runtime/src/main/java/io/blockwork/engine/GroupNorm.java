package io.blockwork.engine;

/**
 * Normalises groups of channels of each image (Wu and He 2018), as torch's {@code GroupNorm}.
 *
 * @param groups groups of neighbouring channels; divides the channels
 * @param eps added to the variance under the root
 * @param affine whether a scale and a shift for each channel are learned
 */
public record GroupNorm(int groups, double eps, boolean affine) {
  /** Torch's defaults: 1e-5, with scale and shift. */
  public static GroupNorm groupNorm(int groups) {
    return new GroupNorm(groups, 1e-5, true);
  }

  /** The same with another epsilon. */
  public GroupNorm eps(double eps) {
    return new GroupNorm(groups, eps, affine);
  }

  /** The same without scale and shift. */
  public GroupNorm plain() {
    return new GroupNorm(groups, eps, false);
  }
}
