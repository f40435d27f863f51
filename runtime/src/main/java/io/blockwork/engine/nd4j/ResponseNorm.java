package io.blockwork.engine.nd4j;

import io.blockwork.engine.LocalResponseNorm;

/**
 * Local response norm and its gradient.
 *
 * @param norm its constants
 * @param src the input
 * @param dst the output
 */
record ResponseNorm(LocalResponseNorm norm, Nd4jTensor src, Nd4jTensor dst) {
  void forward() {
    Images.forEach(
        src,
        n -> {
          double[] x = Images.read(src, n);
          double[] s = sums(x);
          for (int i = 0; i < x.length; i++) {
            x[i] *= Math.pow(s[i], -norm.beta());
          }
          Images.write(dst, n, x);
        });
  }

  /** What each value is divided by, before the exponent. */
  private double[] sums(double[] x) {
    double[] squares = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      squares[i] = x[i] * x[i];
    }
    double[] sums = window(squares, norm.size() / 2, (norm.size() - 1) / 2);
    for (int i = 0; i < x.length; i++) {
      sums[i] = norm.k() + norm.alpha() / norm.size() * sums[i];
    }
    return sums;
  }

  /** For each value the sum of its neighbours, so many channels before and behind it. */
  private double[] window(double[] x, int before, int behind) {
    int plane = src.plane();
    double[] sums = new double[x.length];
    for (int c = 0; c < src.channels(); c++) {
      int end = Math.min(src.channels(), c + behind + 1);
      for (int k = Math.max(0, c - before); k < end; k++) {
        for (int p = 0; p < plane; p++) {
          sums[c * plane + p] += x[k * plane + p];
        }
      }
    }
    return sums;
  }

  void backward(Nd4jTensor dDst, Target dSrc) {
    Images.forEach(
        src,
        n -> {
          double[] x = Images.read(src, n);
          double[] y = Images.read(dst, n);
          double[] d = Images.read(dDst, n);
          double[] s = sums(x);
          for (int i = 0; i < x.length; i++) {
            y[i] *= d[i] / s[i];
          }
          double[] seen = window(y, (norm.size() - 1) / 2, norm.size() / 2);
          double factor = 2 * norm.alpha() * norm.beta() / norm.size();
          for (int i = 0; i < x.length; i++) {
            d[i] = d[i] * Math.pow(s[i], -norm.beta()) - factor * x[i] * seen[i];
          }
          Images.put(dSrc, n, d);
        });
  }
}
