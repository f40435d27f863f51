package io.blockwork.image;

/** How {@link ByteImage#resize} weighs the pixels; both widen with the factor when shrinking. */
public enum Interpolation {
  /** A triangle of radius 1 (torchvision's {@code BILINEAR}). */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      double distance = Math.abs(x);
      return distance < 1 ? 1 - distance : 0;
    }
  },
  /** Keys' cubic of radius 2 with a = -0.5 (torchvision's {@code BICUBIC} on PIL images). */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double distance = Math.abs(x);
      if (distance < 1) {
        return (1.5 * distance - 2.5) * distance * distance + 1;
      }
      return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * -0.5 : 0;
    }
  };

  private final double radius;

  Interpolation(double radius) {
    this.radius = radius;
  }

  /** The distance, in pixels of the coarser image, from which the weight is 0. */
  double radius() {
    return radius;
  }

  /** The weight of a pixel at the given distance, not yet divided by the sum. */
  abstract double weight(double x);
}
