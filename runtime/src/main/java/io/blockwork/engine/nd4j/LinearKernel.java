package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;

/** {@code dst = activation(src * weight^T + bias)} and its gradient. */
final class LinearKernel {
  private final Values weight;
  private final Values bias;
  private final Activation activation;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;

  LinearKernel(Values weight, Values bias, Activation activation, Nd4jTensor src, Nd4jTensor dst) {
    this.weight = weight;
    this.bias = bias;
    this.activation = activation;
    this.src = src;
    this.dst = dst;
  }

  void forward() {
    int in = src.length();
    int out = dst.length();
    dst.imageMatrix()
        .product(
            src.imageMatrix(), Matrix.of(weight, 0, in).transpose(), src.batch(), out, in, false);
    double[] shift = new double[out];
    bias.read(0, shift, out);
    double[] row = new double[out];
    for (int n = 0; n < dst.batch(); n++) {
      dst.read(n, 0, row, out);
      for (int i = 0; i < out; i++) {
        row[i] = activate(row[i] + shift[i]);
      }
      dst.write(n, 0, row, out);
    }
  }

  private double activate(double x) {
    return switch (activation) {
      case NONE -> x;
      case RELU -> Math.max(0, x);
      case SIGMOID -> 1 / (1 + Math.exp(-x));
    };
  }

  /** The activation's derivative, from its output. */
  private double slope(double y) {
    return switch (activation) {
      case NONE -> 1;
      case RELU -> y > 0 ? 1 : 0;
      case SIGMOID -> y * (1 - y);
    };
  }

  /** Turns {@code dDst} into the gradient before the activation. */
  void throughActivation(Nd4jTensor dDst) {
    if (activation != Activation.NONE) {
      Elementwise.combine(
          dDst,
          dst,
          dDst,
          (d, y, count) -> {
            for (int i = 0; i < count; i++) {
              d[i] *= slope(y[i]);
            }
          });
    }
  }

  /** The gradients of weight and bias, given that before the activation. */
  void backwardParameters(Nd4jTensor dDst, Values weightGradient, Values biasGradient) {
    int in = src.length();
    int out = dst.length();
    Matrix.of(weightGradient, 0, in)
        .product(dDst.imageMatrix().transpose(), src.imageMatrix(), out, in, src.batch(), false);
    double[] sum = new double[out];
    double[] row = new double[out];
    for (int n = 0; n < dst.batch(); n++) {
      dDst.read(n, 0, row, out);
      Elementwise.add(sum, row, out);
    }
    biasGradient.write(0, sum, out);
  }

  /** The gradient of the input, given that before the activation. */
  void backwardData(Nd4jTensor dDst, Target dSrc) {
    int in = src.length();
    int out = dst.length();
    dSrc.tensor()
        .imageMatrix()
        .product(
            dDst.imageMatrix(), Matrix.of(weight, 0, in), src.batch(), in, out, dSrc.accumulate());
  }
}
