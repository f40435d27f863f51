package io.blockwork.onnx.exporter;

import io.blockwork.engine.ValueRange;

/**
 * Which numbers the 256 values of an unsigned byte stand for: {@code scale * (byte - zero)}, with 0
 * among them.
 *
 * @param scale what a step stands for
 * @param zero the byte that stands for 0
 */
record ByteRange(float scale, int zero) {
  private static final int LARGEST = 255;

  /** What stands for no spread at all. */
  private static final float LEAST = 1e-12f;

  /** The bytes for numbers of a range. */
  static ByteRange of(ValueRange range) {
    float low = Math.min(0, range.low());
    float high = Math.max(0, range.high());
    float scale = Math.max((high - low) / LARGEST, LEAST);
    return new ByteRange(scale, Math.round(-low / scale));
  }

  /** The least of the numbers. */
  float least() {
    return -zero * scale;
  }

  /** The largest of the numbers. */
  float largest() {
    return (LARGEST - zero) * scale;
  }
}
