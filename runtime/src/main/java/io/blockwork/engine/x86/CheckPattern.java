package io.blockwork.engine.x86;

import java.nio.FloatBuffer;

/**
 * What memory is filled with to check code: values between -1/2 and 1/2, made once, since a check
 * is run before Java has compiled it.
 */
public final class CheckPattern {
  /** Its length: a prime, so that no two channels agree. */
  private static final int LENGTH = 4093;

  private CheckPattern() {}

  private static final class Holder {
    static final float[] VALUES = values();

    private static float[] values() {
      float[] values = new float[2 * LENGTH];
      for (int i = 0; i < values.length; i++) {
        // Multiples of the golden ratio spread evenly (Knuth, volume 3, section 6.4).
        values[i] = ((i + 1) * 0x9E3779B97F4A7C15L >>> 40) / (float) (1 << 24) - 0.5f;
      }
      return values;
    }
  }

  /**
   * What {@link #fill} puts at a place.
   *
   * @param seed where the pattern begins
   * @param i the place
   */
  public static float value(int seed, int i) {
    return Holder.VALUES[seed % LENGTH + i % LENGTH];
  }

  /**
   * Fills with the pattern.
   *
   * @param seed where the pattern begins
   */
  public static void fill(FloatBuffer floats, int seed) {
    for (int i = 0; i < floats.capacity(); i += LENGTH) {
      int length = Math.min(LENGTH, floats.capacity() - i);
      floats.put(i, Holder.VALUES, seed % LENGTH, length);
    }
  }
}
