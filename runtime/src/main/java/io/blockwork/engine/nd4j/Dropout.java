package io.blockwork.engine.nd4j;

/**
 * Dropout whose mask is a function of the seed, the layer, the step and the position, so that
 * nothing is stored, runs repeat, and threads do not matter.
 */
final class Dropout {
  private final double rate;
  private final long stream;

  Dropout(double rate, long seed, String path) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "%s: dropout rate: expected 0 to 1 (exclusive), got %s".formatted(path, rate));
    }
    this.rate = rate;
    this.stream = mix(seed + mix(path.hashCode()));
  }

  /** Drops values in place, the same ones for the same step. */
  void apply(Nd4jTensor tensor, long step) {
    long start = mix(stream + step);
    double keep = 1 / (1 - rate);
    Elementwise.forEachRun(
        tensor,
        (n, at, count, x, y) -> {
          tensor.read(n, at, x, count);
          long position = (long) n * tensor.length() + at;
          for (int i = 0; i < count; i++) {
            double uniform = (mix(start + position + i) >>> 11) * 0x1p-53;
            x[i] = uniform < rate ? 0 : x[i] * keep;
          }
          tensor.write(n, at, x, count);
        });
  }

  /** SplitMix64 (Steele, Lea and Flood 2014): its n-th number, straight from n. */
  private static long mix(long n) {
    long z = n * 0x9E3779B97F4A7C15L + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
