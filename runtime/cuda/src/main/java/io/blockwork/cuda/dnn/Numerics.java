package io.blockwork.cuda.dnn;

/** What convolutions may do to numbers. */
public enum Numerics {
  /** Single precision throughout. */
  FLOAT,
  /** Single precision in memory; products may be rounded to TF32, of 10 bits. */
  TF32,
  /** bfloat16 in memory, sums in single precision. */
  BFLOAT16;

  /** Bytes of a value in memory. */
  public int bytes() {
    return this == BFLOAT16 ? 2 : 4;
  }

  /** Values in 16 bytes, to which kernels want channels to be padded. */
  public int alignment() {
    return 16 / bytes();
  }

  int dataType() {
    return this == BFLOAT16 ? Constants.DATA_BFLOAT16 : Constants.DATA_FLOAT;
  }
}
