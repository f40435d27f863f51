package io.blockwork.train;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Matrices made nearly orthogonal by multiplications alone. */
final class NewtonSchulz {
  /** Of the odd polynomial of degree 5 that lifts small singular values fastest (Jordan, 2024). */
  private static final double LINEAR = 3.4445;

  private static final double CUBIC = -4.7750;
  private static final double QUINTIC = 2.0315;

  /** Keeps a matrix of zeros what it is. */
  private static final double EPSILON = 1e-7;

  private NewtonSchulz() {}

  /**
   * The matrix with its singular values moved close to 1 (0.7 to 1.2 after five steps): about
   * {@code U V'} of its decomposition {@code U S V'}.
   *
   * @param matrix {@code [rows, columns]}, which is left as it is
   * @param steps of the iteration, 1 or more
   */
  static INDArray orthogonal(INDArray matrix, int steps) {
    boolean tall = matrix.rows() > matrix.columns();
    INDArray x = (tall ? matrix.transpose() : matrix).dup('c');
    x.divi(x.norm2Number().doubleValue() + EPSILON);
    for (int step = 0; step < steps; step++) {
      INDArray square = x.mmul(x.transpose());
      INDArray factor = square.mmul(square).muli(QUINTIC);
      Nd4j.getBlasWrapper().axpy(Double.valueOf(CUBIC), square, factor);
      INDArray next = factor.mmul(x);
      Nd4j.getBlasWrapper().axpy(Double.valueOf(LINEAR), x, next);
      x = next;
    }
    return tall ? x.transpose() : x;
  }
}
