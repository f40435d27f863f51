package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxException;

/**
 * A size, or an integer computed from sizes: {@code batch * N + constant}.
 *
 * @param batch how often the number of images is in it
 * @param constant the rest
 */
record Dim(long batch, long constant) {
  /** The number of images. */
  static final Dim BATCH = new Dim(1, 0);

  static Dim of(long constant) {
    return new Dim(0, constant);
  }

  boolean isConstant() {
    return batch == 0;
  }

  Dim plus(Dim other) {
    return new Dim(Math.addExact(batch, other.batch), Math.addExact(constant, other.constant));
  }

  Dim minus(Dim other) {
    return new Dim(
        Math.subtractExact(batch, other.batch), Math.subtractExact(constant, other.constant));
  }

  Dim times(Dim other) {
    if (!isConstant() && !other.isConstant()) {
      throw new ArithmeticException("the product of two batch sizes");
    }
    long factor = isConstant() ? constant : other.constant;
    Dim of = isConstant() ? other : this;
    return new Dim(Math.multiplyExact(of.batch, factor), Math.multiplyExact(of.constant, factor));
  }

  /** The quotient, rounded to zero as ONNX's, if it is known for every number of images. */
  Dim over(Dim other) {
    if (other.isConstant() && other.constant != 0) {
      if (isConstant() || (batch % other.constant == 0 && constant % other.constant == 0)) {
        return new Dim(batch / other.constant, constant / other.constant);
      }
    } else if (constant == 0
        && other.constant == 0
        && other.batch != 0
        && batch % other.batch == 0) {
      return of(batch / other.batch);
    }
    throw new ArithmeticException("a quotient that depends on the batch size");
  }

  /** What it is for so many images. */
  Dim at(int images) {
    return of(Math.addExact(Math.multiplyExact(batch, images), constant));
  }

  /** Its value where it must not depend on the number of images. */
  long value(String what) {
    if (!isConstant()) {
      throw new OnnxException("%s depends on the number of images", what);
    }
    return constant;
  }

  @Override
  public String toString() {
    return batch == 0
        ? String.valueOf(constant)
        : (batch == 1 ? "N" : batch + " N") + (constant == 0 ? "" : " + " + constant);
  }
}
