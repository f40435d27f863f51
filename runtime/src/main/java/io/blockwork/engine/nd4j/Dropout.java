package io.blockwork.engine.nd4j;

import io.blockwork.io.SafeText;

/**
 * Dropout whose mask is a function of the seed, the layer, the step and the position, so that
 * nothing is stored, runs repeat, and threads do not matter.
 */
final class Dropout {
  private final double rate;
  private final long stream;
  private final boolean images;

  /**
   * Describes the masks.
   *
   * @param images whether whole images are dropped, as stochastic depth does, or single values
   */
  Dropout(double rate, long seed, String path, boolean images) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: dropout rate: expected 0 to 1, got %s", path, rate));
    }
    this.rate = rate;
    this.stream = mix(seed + mix(path.hashCode()));
    this.images = images;
  }

  /** Drops values, the same ones for the same step; source and target may be one. */
  void apply(Nd4jTensor from, Target to, long step) {
    long start = mix(stream + step);
    double keep = rate < 1 ? 1 / (1 - rate) : 0;
    Elementwise.forEachRun(
        from,
        (n, at, count, x, y) -> {
          from.read(n, at, x, count);
          long position = (long) n * from.length() + at;
          for (int i = 0; i < count; i++) {
            x[i] = dropped(start, images ? n : position + i) ? 0 : x[i] * keep;
          }
          to.put(n, at, x, count, y);
        });
  }

  private boolean dropped(long start, long position) {
    return (mix(start + position) >>> 11) * 0x1p-53 < rate;
  }

  /** SplitMix64 (Steele, Lea and Flood 2014): its n-th number, straight from n. */
  private static long mix(long n) {
    long z = n * 0x9E3779B97F4A7C15L + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
