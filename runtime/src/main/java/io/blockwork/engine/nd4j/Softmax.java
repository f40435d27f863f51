package io.blockwork.engine.nd4j;

/** Softmax over the channels of each place, and its gradient. */
final class Softmax {
  private Softmax() {}

  static void forward(Nd4jTensor src, Nd4jTensor dst) {
    int plane = src.plane();
    Images.forEach(
        src,
        n -> {
          double[] x = Images.read(src, n);
          for (int p = 0; p < plane; p++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = p; i < x.length; i += plane) {
              largest = Math.max(largest, x[i]);
            }
            double sum = 0;
            for (int i = p; i < x.length; i += plane) {
              x[i] = Math.exp(x[i] - largest);
              sum += x[i];
            }
            for (int i = p; i < x.length; i += plane) {
              x[i] /= sum;
            }
          }
          Images.write(dst, n, x);
        });
  }

  static void backward(Nd4jTensor dst, Nd4jTensor dDst, Target dSrc) {
    int plane = dst.plane();
    Images.forEach(
        dst,
        n -> {
          double[] y = Images.read(dst, n);
          double[] d = Images.read(dDst, n);
          for (int p = 0; p < plane; p++) {
            double dot = 0;
            for (int i = p; i < y.length; i += plane) {
              dot += y[i] * d[i];
            }
            for (int i = p; i < y.length; i += plane) {
              d[i] = y[i] * (d[i] - dot);
            }
          }
          Images.put(dSrc, n, d);
        });
  }
}
