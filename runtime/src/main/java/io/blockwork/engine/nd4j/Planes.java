package io.blockwork.engine.nd4j;

import java.util.Arrays;

/** Loops over the channels of every image. */
final class Planes {
  private Planes() {}

  /** Channel {@code c} of image {@code n}, and two arrays of a plane's size to work in. */
  @FunctionalInterface
  interface Body {
    void apply(int n, int c, double[] x, double[] y);
  }

  /** Visits every plane of the tensor's shape, side by side. */
  static void forEach(Nd4jTensor shape, Body body) {
    int channels = shape.channels();
    Parallel.run(
        shape.batch() * channels,
        shape.plane(),
        (from, to) -> {
          double[] x = new double[shape.plane()];
          double[] y = new double[shape.plane()];
          for (int i = from; i < to; i++) {
            body.apply(i / channels, i % channels, x, y);
          }
        });
  }

  /** {@code dst = scale * src + shift} channel by channel, then ReLU if {@code relu}. */
  static void affine(Nd4jTensor src, Nd4jTensor dst, double[] scale, double[] shift, boolean relu) {
    forEach(
        src,
        (n, c, x, y) -> {
          src.readPlane(n, c, x);
          affine(x, scale[c], shift[c]);
          if (relu) {
            Elementwise.relu(x, x.length);
          }
          dst.writePlane(n, c, x);
        });
  }

  /** {@code x = scale * x + shift}. */
  static void affine(double[] x, double scale, double shift) {
    for (int i = 0; i < x.length; i++) {
      x[i] = scale * x[i] + shift;
    }
  }

  /** {@code dst = src * gate}, one factor a channel. */
  static void scale(Nd4jTensor src, Nd4jTensor gate, Nd4jTensor dst) {
    forEach(
        src,
        (n, c, x, y) -> {
          gate.readPlane(n, c, y);
          double factor = y[0];
          src.readPlane(n, c, x);
          for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
          }
          dst.writePlane(n, c, x);
        });
  }

  /** Mean of each channel into {@code dst} (C x 1 x 1). */
  static void mean(Nd4jTensor src, Nd4jTensor dst) {
    forEach(
        src,
        (n, c, x, y) -> {
          src.readPlane(n, c, x);
          y[0] = Sums.sum(x, x.length) / x.length;
          dst.writePlane(n, c, y);
        });
  }

  /** The gradient of {@link #mean}. */
  static void meanGradient(Nd4jTensor dDst, Target dSrc) {
    forEach(
        dSrc.tensor(),
        (n, c, x, y) -> {
          dDst.readPlane(n, c, y);
          Arrays.fill(x, y[0] / x.length);
          dSrc.putPlane(n, c, x, y);
        });
  }

  /** The gradient of {@link #scale} with respect to its input. */
  static void scaleGradient(Nd4jTensor dDst, Nd4jTensor gate, Target dSrc) {
    forEach(
        dDst,
        (n, c, x, y) -> {
          gate.readPlane(n, c, y);
          double factor = y[0];
          dDst.readPlane(n, c, x);
          for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
          }
          dSrc.putPlane(n, c, x, y);
        });
  }

  /** The gradient of {@link #scale} with respect to the gate. */
  static void gateGradient(Nd4jTensor src, Nd4jTensor dDst, Nd4jTensor dGate) {
    forEach(
        src,
        (n, c, x, y) -> {
          src.readPlane(n, c, x);
          dDst.readPlane(n, c, y);
          y[0] = Sums.dot(y, x, 0, x.length);
          dGate.writePlane(n, c, y);
        });
  }
}
