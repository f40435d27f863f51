package io.blockwork.engine;

/**
 * The number format in which an engine keeps the activations of a {@code FLOAT} network and
 * multiplies them.
 */
public enum Precision {
  /** IEEE single precision, 32 bits. */
  FLOAT(4),
  /**
   * The upper half of a float, 16 bits. Sums, statistics, master weights and gradients of
   * parameters stay in single precision.
   */
  BFLOAT16(2);

  private final int bytes;

  Precision(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one value. */
  public int bytes() {
    return bytes;
  }
}
