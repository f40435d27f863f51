package io.blockwork.data;

import static io.blockwork.data.AugmentOperation.POSTERIZE;
import static io.blockwork.data.AugmentOperation.SOLARIZE;

/**
 * The magnitudes that each {@link AugmentOperation} can have, from weak to strong, in torch's
 * single precision.
 *
 * @param bins how many there are
 * @param shear the largest shear
 * @param shiftX the largest shift to the side, in pixels
 * @param shiftY the largest shift downwards, in pixels
 * @param turn the largest angle, in degrees
 * @param color the largest change of brightness, colour, contrast and sharpness
 * @param mostBits the bits that the weakest posterising leaves
 * @param lostBits how many bits less the strongest one leaves
 */
record Magnitudes(
    int bins,
    double shear,
    double shiftX,
    double shiftY,
    double turn,
    double color,
    int mostBits,
    int lostBits) {
  private static final double LARGEST_SAMPLE = 255;

  /**
   * One of the magnitudes, not negative.
   *
   * @param bin 0 to {@code bins - 1}
   */
  double of(AugmentOperation operation, int bin) {
    if (!operation.hasMagnitude()) {
      return 0;
    }
    if (operation == POSTERIZE) {
      float step = (float) ((bins - 1) / (double) lostBits);
      return mostBits - Math.rint(bin / step);
    }
    if (operation == SOLARIZE) {
      return linear(LARGEST_SAMPLE, 0, bin);
    }
    return linear(
        0,
        switch (operation) {
          case SHEAR_X, SHEAR_Y -> shear;
          case TRANSLATE_X -> shiftX;
          case TRANSLATE_Y -> shiftY;
          case ROTATE -> turn;
          default -> color;
        },
        bin);
  }

  /** Torch's linspace, which counts from the nearer end. */
  private double linear(double first, double last, int bin) {
    float step = ((float) last - (float) first) / (bins - 1);
    return bin < bins / 2 ? (float) first + step * bin : (float) last - step * (bins - 1 - bin);
  }
}
