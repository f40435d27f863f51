package io.blockwork.engine.onednn;

import org.bytedeco.dnnl.memory;

/** The number format in which {@link OneDnnEngine} keeps activations and multiplies. */
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

  memory.data_type type() {
    return this == FLOAT ? memory.data_type.f32 : memory.data_type.bf16;
  }
}
