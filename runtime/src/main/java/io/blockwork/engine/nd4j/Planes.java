package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
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

  /** {@code dst = activation(scale * src + shift)} channel by channel. */
  static void affine(
      Nd4jTensor src, Nd4jTensor dst, double[] scale, double[] shift, Activation activation) {
    forEach(
        src,
        (n, c, x, y) -> {
          src.readPlane(n, c, x);
          affine(x, scale[c], shift[c]);
          Activations.apply(activation, x, x.length);
          dst.writePlane(n, c, x);
        });
  }

  /** {@code x = scale * x + shift}. */
  static void affine(double[] x, double scale, double shift) {
    for (int i = 0; i < x.length; i++) {
      x[i] = scale * x[i] + shift;
    }
  }

  /** {@code tensor += shift}, channel by channel. */
  static void shift(Nd4jTensor tensor, double[] shift) {
    forEach(
        tensor,
        (n, c, x, y) -> {
          tensor.readPlane(n, c, x);
          affine(x, 1, shift[c]);
          tensor.writePlane(n, c, x);
        });
  }

  /** The sum of each channel over all images. */
  static void sums(Nd4jTensor tensor, Values sums) {
    forEachChannel(
        tensor,
        (c, x, y) -> {
          double sum = 0;
          for (int n = 0; n < tensor.batch(); n++) {
            tensor.readPlane(n, c, x);
            sum += Sums.sum(x, x.length);
          }
          sums.write(c, new double[] {sum}, 1);
        });
  }

  /** The sum of each channel of {@code a * b} over all images. */
  static void dots(Nd4jTensor a, Nd4jTensor b, Values dots) {
    forEachChannel(
        a,
        (c, x, y) -> {
          double dot = 0;
          for (int n = 0; n < a.batch(); n++) {
            a.readPlane(n, c, x);
            b.readPlane(n, c, y);
            dot += Sums.dot(x, y, 0, x.length);
          }
          dots.write(c, new double[] {dot}, 1);
        });
  }

  /** Channel {@code c} of all images, and two arrays of a plane's size to work in. */
  @FunctionalInterface
  interface ChannelBody {
    void apply(int c, double[] x, double[] y);
  }

  /** Visits every channel of the tensor's shape, side by side. */
  static void forEachChannel(Nd4jTensor shape, ChannelBody body) {
    Parallel.run(
        shape.channels(),
        (long) shape.batch() * shape.plane(),
        (from, to) -> {
          double[] x = new double[shape.plane()];
          double[] y = new double[shape.plane()];
          for (int c = from; c < to; c++) {
            body.apply(c, x, y);
          }
        });
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
  static void gateGradient(Nd4jTensor src, Nd4jTensor dDst, Target dGate) {
    forEach(
        src,
        (n, c, x, y) -> {
          src.readPlane(n, c, x);
          dDst.readPlane(n, c, y);
          y[0] = Sums.dot(y, x, 0, x.length);
          dGate.putPlane(n, c, y, x);
        });
  }
}
