package io.blockwork.engine.nd4j;

/** Softmax over the channels of each place, its logarithm, and their gradients. */
final class Softmax {
  private Softmax() {}

  /** A function of every {@code plane}-th value from {@code p} on, in place. */
  private interface OfChannels {
    void apply(double[] x, int p, int plane);
  }

  /** The gradient of such a function: that of its input, in place of that of its output. */
  private interface Gradient {
    void apply(double[] y, double[] d, int p, int plane);
  }

  static void forward(Nd4jTensor src, Nd4jTensor dst) {
    forward(src, dst, Softmax::softmax);
  }

  static void backward(Nd4jTensor dst, Nd4jTensor dDst, Target dSrc) {
    backward(dst, dDst, dSrc, Softmax::softmaxGradient);
  }

  static void forwardLog(Nd4jTensor src, Nd4jTensor dst) {
    forward(src, dst, Softmax::logarithm);
  }

  static void backwardLog(Nd4jTensor dst, Nd4jTensor dDst, Target dSrc) {
    backward(dst, dDst, dSrc, Softmax::logarithmGradient);
  }

  private static void forward(Nd4jTensor src, Nd4jTensor dst, OfChannels function) {
    int plane = src.plane();
    Images.forEach(
        src,
        n -> {
          double[] x = Images.read(src, n);
          for (int p = 0; p < plane; p++) {
            function.apply(x, p, plane);
          }
          Images.write(dst, n, x);
        });
  }

  private static void backward(Nd4jTensor dst, Nd4jTensor dDst, Target dSrc, Gradient gradient) {
    int plane = dst.plane();
    Images.forEach(
        dst,
        n -> {
          double[] y = Images.read(dst, n);
          double[] d = Images.read(dDst, n);
          for (int p = 0; p < plane; p++) {
            gradient.apply(y, d, p, plane);
          }
          Images.put(dSrc, n, d);
        });
  }

  private static double largest(double[] x, int p, int plane) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = p; i < x.length; i += plane) {
      largest = Math.max(largest, x[i]);
    }
    return largest;
  }

  private static void softmax(double[] x, int p, int plane) {
    double largest = largest(x, p, plane);
    double sum = 0;
    for (int i = p; i < x.length; i += plane) {
      x[i] = Math.exp(x[i] - largest);
      sum += x[i];
    }
    for (int i = p; i < x.length; i += plane) {
      x[i] /= sum;
    }
  }

  private static void softmaxGradient(double[] y, double[] d, int p, int plane) {
    double dot = 0;
    for (int i = p; i < y.length; i += plane) {
      dot += y[i] * d[i];
    }
    for (int i = p; i < y.length; i += plane) {
      d[i] = y[i] * (d[i] - dot);
    }
  }

  private static void logarithm(double[] x, int p, int plane) {
    double largest = largest(x, p, plane);
    double sum = 0;
    for (int i = p; i < x.length; i += plane) {
      sum += Math.exp(x[i] - largest);
    }
    double log = largest + Math.log(sum);
    for (int i = p; i < x.length; i += plane) {
      x[i] -= log;
    }
  }

  private static void logarithmGradient(double[] y, double[] d, int p, int plane) {
    double sum = 0;
    for (int i = p; i < y.length; i += plane) {
      sum += d[i];
    }
    for (int i = p; i < y.length; i += plane) {
      d[i] -= Math.exp(y[i]) * sum;
    }
  }
}
