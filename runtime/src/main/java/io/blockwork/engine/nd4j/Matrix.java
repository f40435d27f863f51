package io.blockwork.engine.nd4j;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * A row-major matrix within a run of values.
 *
 * @param values where it lies
 * @param offset of its first element
 * @param stride elements from one row to the next
 * @param transposed whether it is read transposed
 */
record Matrix(Values values, long offset, int stride, boolean transposed) {
  static Matrix of(Values values, long offset, int stride) {
    return new Matrix(values, offset, stride, false);
  }

  /** The matrix that begins {@code elements} later. */
  Matrix from(long elements) {
    return new Matrix(values, offset + elements, stride, transposed);
  }

  Matrix transpose() {
    return new Matrix(values, offset, stride, !transposed);
  }

  /**
   * {@code this = a * b}, or {@code this += a * b} if {@code accumulate}, by the OpenBLAS that ND4J
   * brings. ND4J's own matrix product copies operands that are views.
   *
   * @param m rows of a
   * @param n columns of b
   * @param k columns of a
   */
  void product(Matrix a, Matrix b, int m, int n, int k, boolean accumulate) {
    if (values instanceof Values.Floats) {
      openblas_nolapack.cblas_sgemm(
          CblasRowMajor,
          a.order(),
          b.order(),
          m,
          n,
          k,
          1,
          a.floats(),
          a.stride,
          b.floats(),
          b.stride,
          accumulate ? 1 : 0,
          floats(),
          stride);
    } else {
      openblas_nolapack.cblas_dgemm(
          CblasRowMajor,
          a.order(),
          b.order(),
          m,
          n,
          k,
          1,
          a.doubles(),
          a.stride,
          b.doubles(),
          b.stride,
          accumulate ? 1 : 0,
          doubles(),
          stride);
    }
  }

  private int order() {
    return transposed ? CblasTrans : CblasNoTrans;
  }

  private FloatPointer floats() {
    return ((Values.Floats) values).pointer().getPointer(FloatPointer.class, offset);
  }

  private DoublePointer doubles() {
    return ((Values.Doubles) values).pointer().getPointer(DoublePointer.class, offset);
  }
}
