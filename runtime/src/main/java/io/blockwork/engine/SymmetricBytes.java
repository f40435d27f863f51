package io.blockwork.engine;

/** Signed bytes that stand for multiples of a step, as weights do in 8-bit integers. */
public final class SymmetricBytes {
  private SymmetricBytes() {}

  /**
   * Rounds values to the nearest multiples of a step, by which the largest magnitude becomes the
   * largest byte.
   *
   * @param values any
   * @param largest byte, 1 to 127
   * @param bytes receives as many multiples as there are values
   * @return the step; 1 if all values are 0
   */
  public static float quantize(float[] values, int largest, byte[] bytes) {
    float magnitude = 0;
    for (float value : values) {
      magnitude = Math.max(magnitude, Math.abs(value));
    }
    float step = magnitude > 0 ? magnitude / largest : 1;
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) Math.rint(values[i] / step);
    }
    return step;
  }
}
