package io.blockwork.engine.nd4j;

import io.blockwork.engine.PoolAxis;
import io.blockwork.engine.Window;
import java.util.Arrays;

/**
 * Pooling windows over one plane.
 *
 * @param rows the rows of the image that each row of the output sees
 * @param columns the same for columns
 * @param width columns of the image
 */
record PoolWindows(PoolAxis rows, PoolAxis columns, int width) {
  static PoolWindows of(Window window, Nd4jTensor src) {
    return new PoolWindows(
        PoolAxis.rows(window, src.height()), PoolAxis.columns(window, src.width()), src.width());
  }

  /** So many windows of about equal size that cover the image. */
  static PoolWindows adaptive(Nd4jTensor src, int outHeight, int outWidth) {
    return new PoolWindows(
        PoolAxis.adaptive(outHeight, src.height()),
        PoolAxis.adaptive(outWidth, src.width()),
        src.width());
  }

  /**
   * The largest value of each window; of equal ones the first, and NaN wins, as in torch. Padding
   * never wins: windows are cut off at the border.
   *
   * @param winners receives, from {@code at} on, where in the plane each window's value stood; an
   *     empty array: not wanted
   */
  void max(double[] x, double[] y, int[] winners, int at) {
    for (int row = 0; row < rows.outputs(); row++) {
      for (int column = 0; column < columns.outputs(); column++) {
        int best = rows.from(row) * width + columns.from(column);
        double value = x[best];
        for (int h = rows.from(row); h < rows.to(row); h++) {
          int end = h * width + columns.to(column);
          for (int i = h * width + columns.from(column); i < end; i++) {
            if (x[i] > value || Double.isNaN(x[i])) {
              value = x[i];
              best = i;
            }
          }
        }
        int out = row * columns.outputs() + column;
        y[out] = value;
        if (winners.length > 0) {
          winners[at + out] = best;
        }
      }
    }
  }

  /** The largest value of each window of every plane. */
  void max(Nd4jTensor src, Nd4jTensor dst) {
    int[] unwanted = new int[0];
    Planes.forEach(
        src,
        (n, c, x, spare) -> {
          double[] y = new double[dst.plane()];
          src.readPlane(n, c, x);
          max(x, y, unwanted, 0);
          dst.writePlane(n, c, y);
        });
  }

  /** The mean of each window. */
  private void mean(double[] x, double[] y) {
    for (int row = 0; row < rows.outputs(); row++) {
      for (int column = 0; column < columns.outputs(); column++) {
        double sum = 0;
        for (int h = rows.from(row); h < rows.to(row); h++) {
          int end = h * width + columns.to(column);
          for (int i = h * width + columns.from(column); i < end; i++) {
            sum += x[i];
          }
        }
        y[row * columns.outputs() + column] = sum * share(row, column);
      }
    }
  }

  private double share(int row, int column) {
    return 1.0 / (rows.divisor(row) * columns.divisor(column));
  }

  /** The mean of each window of every plane. */
  void mean(Nd4jTensor src, Nd4jTensor dst) {
    Planes.forEach(
        src,
        (n, c, x, spare) -> {
          double[] y = new double[dst.plane()];
          src.readPlane(n, c, x);
          mean(x, y);
          dst.writePlane(n, c, y);
        });
  }

  /** The gradient of {@link #mean(Nd4jTensor, Nd4jTensor)}. */
  void meanGradient(Nd4jTensor dDst, Target dSrc) {
    Planes.forEach(
        dSrc.tensor(),
        (n, c, dx, spare) -> {
          double[] dy = new double[dDst.plane()];
          dDst.readPlane(n, c, dy);
          Arrays.fill(dx, 0);
          meanGradient(dy, dx);
          dSrc.putPlane(n, c, dx, spare);
        });
  }

  /** The gradient of {@link #mean(double[], double[])}, added to {@code dx}. */
  private void meanGradient(double[] dy, double[] dx) {
    for (int row = 0; row < rows.outputs(); row++) {
      for (int column = 0; column < columns.outputs(); column++) {
        double part = dy[row * columns.outputs() + column] * share(row, column);
        for (int h = rows.from(row); h < rows.to(row); h++) {
          int end = h * width + columns.to(column);
          for (int i = h * width + columns.from(column); i < end; i++) {
            dx[i] += part;
          }
        }
      }
    }
  }
}
