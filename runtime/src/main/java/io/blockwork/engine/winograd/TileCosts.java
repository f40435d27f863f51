package io.blockwork.engine.winograd;

import io.blockwork.engine.x86.VectorSet;

/**
 * What filtering costs on a kind of processor, beside the direct way.
 *
 * <p>It follows from the instructions and from who made the processor, so the same kind of
 * processor chooses the same tiles and computes the same bits.
 */
public enum TileCosts {
  /** 512-bit vectors, as measured on an Intel Xeon. */
  WIDE(25, 0.85),

  /**
   * 512-bit vectors on an AMD processor, as measured on Zen 5 on whole networks: with one image,
   * 512 channels of 7 x 7 pixels are better filtered there. 8 to 16 took the same time within the
   * noise; with 12, more layers are filtered alike for one image and for many, and hold their
   * weights once.
   */
  WIDE_AMD(12, 0.85),

  /** 256-bit vectors. */
  NARROW(12, 1);

  private final double weight;
  private final double speed;

  TileCosts(double weight, double speed) {
    this.weight = weight;
    this.speed = speed;
  }

  /**
   * The costs on a processor.
   *
   * @param vectors the instructions that are used
   * @param maker of the processor, as {@code AuthenticAMD}
   */
  public static TileCosts of(VectorSet vectors, String maker) {
    if (vectors == VectorSet.AVX2) {
      return NARROW;
    }
    return maker.contains("AMD") ? WIDE_AMD : WIDE;
  }

  /** A weight from memory, in multiplications: wider vectors do more while they wait. */
  double weight() {
    return weight;
  }

  /** How near the products come to the speed of oneDNN's direct kernels. */
  double speed() {
    return speed;
  }
}
