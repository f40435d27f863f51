package io.blockwork.cuda;

/** The random numbers of dropout's masks, which are the same on every engine. */
final class SplitMix {
  private SplitMix() {}

  /** SplitMix64 (Steele, Lea and Flood 2014): its n-th number, straight from n. */
  static long mix(long n) {
    long z = n * 0x9E3779B97F4A7C15L + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
