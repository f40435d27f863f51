package io.blockwork.engine.onednn;

import io.blockwork.engine.Conv;
import io.blockwork.engine.Window;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The layers as their definitions say, in double precision: sums written out, value by value. */
final class Written {
  private Written() {}

  interface Value {
    double at(long n, long c, long y, long x);
  }

  static INDArray array(long n, long c, long h, long w, Value value) {
    double[] values = new double[(int) (n * c * h * w)];
    int i = 0;
    for (long b = 0; b < n; b++) {
      for (long k = 0; k < c; k++) {
        for (long y = 0; y < h; y++) {
          for (long x = 0; x < w; x++) {
            values[i++] = value.at(b, k, y, x);
          }
        }
      }
    }
    return Nd4j.createFromArray(values).reshape('c', n, c, h, w);
  }

  static INDArray conv(INDArray src, INDArray weight, Conv conv) {
    int inGroup = conv.in() / conv.groups();
    int outGroup = conv.out() / conv.groups();
    long height = conv.outputHeight((int) src.size(2));
    long width = conv.outputWidth((int) src.size(3));
    return array(
        src.size(0),
        conv.out(),
        height,
        width,
        (n, o, y, x) -> {
          double sum = 0;
          for (int i = 0; i < inGroup; i++) {
            for (int dy = 0; dy < conv.kernelHeight(); dy++) {
              for (int dx = 0; dx < conv.kernelWidth(); dx++) {
                long row =
                    y * conv.strideHeight()
                        - conv.padding().top()
                        + (long) dy * conv.dilationHeight();
                long col =
                    x * conv.strideWidth()
                        - conv.padding().left()
                        + (long) dx * conv.dilationWidth();
                if (row >= 0 && col >= 0 && row < src.size(2) && col < src.size(3)) {
                  sum +=
                      src.getDouble(n, o / outGroup * inGroup + i, row, col)
                          * weight.getDouble(o, i, dy, dx);
                }
              }
            }
          }
          return sum;
        });
  }

  static INDArray maxPool(INDArray src, Window window) {
    return pool(src, window, Double.NEGATIVE_INFINITY, Math::max, 1);
  }

  static INDArray avgPool(INDArray src, Window window) {
    return pool(src, window, 0, Double::sum, window.kernelHeight() * window.kernelWidth());
  }

  private static INDArray pool(
      INDArray src,
      Window window,
      double start,
      java.util.function.DoubleBinaryOperator join,
      double divisor) {
    long height = window.outputHeight((int) src.size(2));
    long width = window.outputWidth((int) src.size(3));
    return array(
        src.size(0),
        src.size(1),
        height,
        width,
        (n, c, y, x) -> {
          double joined = start;
          for (int dy = 0; dy < window.kernelHeight(); dy++) {
            for (int dx = 0; dx < window.kernelWidth(); dx++) {
              long row = y * window.strideHeight() - window.padding().top() + dy;
              long col = x * window.strideWidth() - window.padding().left() + dx;
              if (row >= 0 && col >= 0 && row < src.size(2) && col < src.size(3)) {
                joined = join.applyAsDouble(joined, src.getDouble(n, c, row, col));
              }
            }
          }
          return joined / divisor;
        });
  }

  static INDArray batchNorm(
      INDArray src, INDArray weight, INDArray bias, INDArray mean, INDArray variance) {
    return array(
        src.size(0),
        src.size(1),
        src.size(2),
        src.size(3),
        (n, c, y, x) ->
            (src.getDouble(n, c, y, x) - mean.getDouble(c))
                    / Math.sqrt(variance.getDouble(c) + 1e-5)
                    * weight.getDouble(c)
                + bias.getDouble(c));
  }

  static INDArray relu(INDArray src) {
    return array(
        src.size(0),
        src.size(1),
        src.size(2),
        src.size(3),
        (n, c, y, x) -> Math.max(0, src.getDouble(n, c, y, x)));
  }
}
