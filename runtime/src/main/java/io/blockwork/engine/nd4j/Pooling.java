package io.blockwork.engine.nd4j;

import io.blockwork.engine.Window;
import java.util.Arrays;

/** Pooling windows over one plane. */
final class Pooling {
  private final Window window;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;

  Pooling(Window window, Nd4jTensor src, Nd4jTensor dst) {
    this.window = window;
    this.height = src.height();
    this.width = src.width();
    this.outHeight = dst.height();
    this.outWidth = dst.width();
  }

  /**
   * The largest value of each window; of equal ones the first, and NaN wins, as in torch. Padding
   * never wins: windows are cut off at the border.
   *
   * @param winners receives, from {@code at} on, where in the plane each window's value stood; an
   *     empty array: not wanted
   */
  void max(double[] x, double[] y, int[] winners, int at) {
    for (int row = 0; row < outHeight; row++) {
      int top = Math.max(0, first(row));
      int bottom = Math.min(height, first(row) + window.kernel());
      for (int column = 0; column < outWidth; column++) {
        int left = Math.max(0, first(column));
        int right = Math.min(width, first(column) + window.kernel());
        int best = top * width + left;
        double value = x[best];
        for (int h = top; h < bottom; h++) {
          for (int i = h * width + left; i < h * width + right; i++) {
            if (x[i] > value || Double.isNaN(x[i])) {
              value = x[i];
              best = i;
            }
          }
        }
        int out = row * outWidth + column;
        y[out] = value;
        if (winners.length > 0) {
          winners[at + out] = best;
        }
      }
    }
  }

  /** The mean of each window. */
  private void mean(double[] x, double[] y) {
    double share = 1.0 / (window.kernel() * window.kernel());
    for (int row = 0; row < outHeight; row++) {
      for (int column = 0; column < outWidth; column++) {
        double sum = 0;
        for (int h = 0; h < window.kernel(); h++) {
          int at = (first(row) + h) * width + first(column);
          for (int i = at; i < at + window.kernel(); i++) {
            sum += x[i];
          }
        }
        y[row * outWidth + column] = sum * share;
      }
    }
  }

  /** The mean of each window of every plane. */
  void mean(Nd4jTensor src, Nd4jTensor dst) {
    Planes.forEach(
        src,
        (n, c, x, y) -> {
          src.readPlane(n, c, x);
          mean(x, y);
          dst.writePlane(n, c, y);
        });
  }

  /** The gradient of {@link #mean(Nd4jTensor, Nd4jTensor)}. */
  void meanGradient(Nd4jTensor dDst, Target dSrc) {
    Planes.forEach(
        dSrc.tensor(),
        (n, c, dx, dy) -> {
          dDst.readPlane(n, c, dy);
          Arrays.fill(dx, 0);
          meanGradient(dy, dx);
          dSrc.putPlane(n, c, dx, dy);
        });
  }

  /** The gradient of {@link #mean(double[], double[])}, added to {@code dx}. */
  private void meanGradient(double[] dy, double[] dx) {
    double share = 1.0 / (window.kernel() * window.kernel());
    for (int row = 0; row < outHeight; row++) {
      for (int column = 0; column < outWidth; column++) {
        double part = dy[row * outWidth + column] * share;
        for (int h = 0; h < window.kernel(); h++) {
          int at = (first(row) + h) * width + first(column);
          for (int i = at; i < at + window.kernel(); i++) {
            dx[i] += part;
          }
        }
      }
    }
  }

  private int first(int out) {
    return out * window.stride() - window.padding();
  }
}
