package io.blockwork.data;

import java.util.random.RandomGenerator;

/**
 * Random numbers that are a function of a key and a counter: the finalizer of SplitMix64 (Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators", 2014) over a Weyl sequence that
 * starts at a hash of the key.
 *
 * <p>Keyed by (seed, epoch, item), every item has numbers of its own, whoever reads it and
 * whenever: results do not depend on the number of workers.
 */
public final class CounterRandom implements RandomGenerator {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  /** The sequence that belongs to the key; the order of its parts matters. */
  public CounterRandom(long... key) {
    long hash = key.length;
    for (long part : key) {
      hash = mix(hash * GOLDEN_GAMMA + mix(part + GOLDEN_GAMMA));
    }
    this.state = hash;
  }

  @Override
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
