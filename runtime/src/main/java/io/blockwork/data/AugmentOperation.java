package io.blockwork.data;

import io.blockwork.image.AffineMap;
import io.blockwork.image.AffineMap.Sampling;
import io.blockwork.image.ByteImage;

/**
 * The operations that {@link TrivialAugmentWide}, {@link RandAugment}, {@link AutoAugment} and
 * {@link AugMix} choose from, as torchvision's {@code _apply_op} runs them on PIL images: the same
 * bytes for the same magnitude.
 */
public enum AugmentOperation {
  /** Leaves the image alone. */
  IDENTITY,
  /** Shears rows; the magnitude is a share of the height. */
  SHEAR_X,
  /** Shears columns; the magnitude is a share of the width. */
  SHEAR_Y,
  /** Shifts to the right by as many pixels, without the fraction. */
  TRANSLATE_X,
  /** Shifts downwards by as many pixels, without the fraction. */
  TRANSLATE_Y,
  /** Turns counter-clockwise by as many degrees. */
  ROTATE,
  /** Multiplies the brightness by one plus the magnitude. */
  BRIGHTNESS,
  /** Multiplies the saturation by one plus the magnitude. */
  COLOR,
  /** Multiplies the contrast by one plus the magnitude. */
  CONTRAST,
  /** Multiplies the sharpness by one plus the magnitude. */
  SHARPNESS,
  /** Keeps as many bits of each sample. */
  POSTERIZE,
  /** Inverts samples from the magnitude on. */
  SOLARIZE,
  /** Stretches each channel to the whole range. */
  AUTO_CONTRAST,
  /** Spreads each channel's values evenly. */
  EQUALIZE,
  /** Inverts every sample. */
  INVERT;

  /** Whether half of the images get the opposite magnitude. */
  boolean isSigned() {
    return compareTo(SHEAR_X) >= 0 && compareTo(SHARPNESS) <= 0;
  }

  /** Whether there is a magnitude at all. */
  boolean hasMagnitude() {
    return compareTo(SHEAR_X) >= 0 && compareTo(SOLARIZE) <= 0;
  }

  /**
   * Runs the operation.
   *
   * @param magnitude as each operation says, negative for the opposite direction
   * @param sampling of shears, shifts and turns
   * @param fill of what comes from outside the image, 0 to 255
   */
  public ByteImage apply(ByteImage image, double magnitude, Sampling sampling, int fill) {
    return switch (this) {
      case IDENTITY -> image;
      case SHEAR_X -> AffineMap.shear(magnitude, 0).apply(image, sampling, fill);
      case SHEAR_Y -> AffineMap.shear(0, magnitude).apply(image, sampling, fill);
      case TRANSLATE_X -> AffineMap.shift((int) magnitude, 0).apply(image, sampling, fill);
      case TRANSLATE_Y -> AffineMap.shift(0, (int) magnitude).apply(image, sampling, fill);
      case ROTATE -> AffineMap.rotate(image, magnitude, sampling, fill);
      case BRIGHTNESS -> ColorAdjustment.brightness(image, 1 + magnitude);
      case COLOR -> ColorAdjustment.saturation(image, 1 + magnitude);
      case CONTRAST -> ColorAdjustment.contrast(image, 1 + magnitude);
      case SHARPNESS -> ColorAdjustment.sharpness(image, 1 + magnitude);
      case POSTERIZE -> ToneAdjustment.posterize(image, (int) magnitude);
      case SOLARIZE -> ToneAdjustment.solarize(image, magnitude);
      case AUTO_CONTRAST -> ToneAdjustment.autoContrast(image);
      case EQUALIZE -> ToneAdjustment.equalize(image);
      case INVERT -> ToneAdjustment.invert(image);
    };
  }
}
