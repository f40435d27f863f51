package io.blockwork.engine;

/**
 * Normalises the channels of each place (Ba et al. 2016), as torch's {@code LayerNorm} does on
 * channels-last tensors and torchvision's {@code LayerNorm2d} on images.
 *
 * @param eps added to the variance under the root
 * @param affine whether a scale and a shift for each channel are learned
 */
public record LayerNorm(double eps, boolean affine) {
  private static final LayerNorm TORCH = new LayerNorm(1e-5, true);

  /** Torch's defaults: 1e-5, with scale and shift. */
  public static LayerNorm layerNorm() {
    return TORCH;
  }

  /** The same with another epsilon. */
  public LayerNorm eps(double eps) {
    return new LayerNorm(eps, affine);
  }

  /** The same without scale and shift. */
  public LayerNorm plain() {
    return new LayerNorm(eps, false);
  }
}
