package io.blockwork.engine.nd4j;

import java.util.Arrays;
import java.util.Optional;

/**
 * Layer norm over the channels of each place, and group norm: both normalise parts of an image,
 * each with its own mean and variance.
 */
final class ImageNorm {
  private final int channels;
  private final int pixels;
  private final double eps;
  private final Optional<Values> weight;
  private final Optional<Values> bias;
  private final Nd4jTensor src;

  /**
   * Describes the norm.
   *
   * @param channels channels of a part
   * @param pixels pixels of a part
   * @param eps added to the variance under the root
   * @param weight scale of each channel
   * @param bias shift of each channel
   * @param src the input
   */
  private ImageNorm(
      int channels,
      int pixels,
      double eps,
      Optional<Values> weight,
      Optional<Values> bias,
      Nd4jTensor src) {
    this.channels = channels;
    this.pixels = pixels;
    this.eps = eps;
    this.weight = weight;
    this.bias = bias;
    this.src = src;
  }

  /** A layer norm: a part is all channels of one place. */
  static ImageNorm layer(
      double eps, Optional<Values> weight, Optional<Values> bias, Nd4jTensor src) {
    return new ImageNorm(src.channels(), 1, eps, weight, bias, src);
  }

  /** A group norm: a part is all places of some channels. */
  static ImageNorm group(
      int groups, double eps, Optional<Values> weight, Optional<Values> bias, Nd4jTensor src) {
    return new ImageNorm(src.channels() / groups, src.plane(), eps, weight, bias, src);
  }

  /** A part of an image. */
  @FunctionalInterface
  private interface Part {
    void run(int channel, int pixel);
  }

  private void forEachPart(Part part) {
    for (int c = 0; c < src.channels(); c += channels) {
      for (int p = 0; p < src.plane(); p += pixels) {
        part.run(c, p);
      }
    }
  }

  private double[] values(Optional<Values> parameter, double otherwise) {
    double[] values = new double[src.channels()];
    Arrays.fill(values, otherwise);
    parameter.ifPresent(p -> p.read(0, values, values.length));
    return values;
  }

  void forward(Nd4jTensor dst) {
    double[] scale = values(weight, 1);
    double[] shift = values(bias, 0);
    Images.forEach(
        src,
        n -> {
          double[] x = Images.read(src, n);
          normalise(x);
          for (int i = 0; i < x.length; i++) {
            int c = i / src.plane();
            x[i] = x[i] * scale[c] + shift[c];
          }
          Images.write(dst, n, x);
        });
  }

  /**
   * Replaces an image by its normalised values.
   *
   * @return one over the deviation of the part of each value
   */
  private double[] normalise(double[] x) {
    double[] inverse = new double[x.length];
    int plane = src.plane();
    forEachPart(
        (c, p) -> {
          double mean = 0;
          for (int k = c; k < c + channels; k++) {
            for (int i = k * plane + p; i < k * plane + p + pixels; i++) {
              mean += x[i];
            }
          }
          mean /= (double) channels * pixels;
          double squares = 0;
          for (int k = c; k < c + channels; k++) {
            for (int i = k * plane + p; i < k * plane + p + pixels; i++) {
              squares += (x[i] - mean) * (x[i] - mean);
            }
          }
          double factor = 1 / Math.sqrt(squares / channels / pixels + eps);
          for (int k = c; k < c + channels; k++) {
            for (int i = k * plane + p; i < k * plane + p + pixels; i++) {
              x[i] = (x[i] - mean) * factor;
              inverse[i] = factor;
            }
          }
        });
    return inverse;
  }

  /**
   * The gradients.
   *
   * @param weightGradient where the scale's goes, if it is trained
   * @param biasGradient where the shift's goes, if it is trained
   */
  void backward(
      Nd4jTensor dDst,
      Target dSrc,
      Optional<Values> weightGradient,
      Optional<Values> biasGradient) {
    double[] scale = values(weight, 1);
    double[][] dots = new double[src.batch()][src.channels()];
    Images.forEach(
        src,
        n -> {
          double[] x = Images.read(src, n);
          double[] inverse = normalise(x);
          double[] d = Images.read(dDst, n);
          for (int i = 0; i < x.length; i++) {
            int c = i / src.plane();
            dots[n][c] += d[i] * x[i];
            d[i] *= scale[c];
          }
          if (dSrc.needed()) {
            inputGradient(x, inverse, d);
            Images.put(dSrc, n, d);
          }
        });
    weightGradient.ifPresent(
        gradient -> {
          double[] sum = new double[src.channels()];
          for (double[] dot : dots) {
            Elementwise.add(sum, dot, sum.length);
          }
          gradient.write(0, sum, sum.length);
        });
    biasGradient.ifPresent(gradient -> Planes.sums(dDst, gradient));
  }

  /** Turns the gradient of the normalised values into that of the input. */
  private void inputGradient(double[] x, double[] inverse, double[] d) {
    int plane = src.plane();
    forEachPart(
        (c, p) -> {
          double sum = 0;
          double dot = 0;
          for (int k = c; k < c + channels; k++) {
            for (int i = k * plane + p; i < k * plane + p + pixels; i++) {
              sum += d[i];
              dot += d[i] * x[i];
            }
          }
          sum /= (double) channels * pixels;
          dot /= (double) channels * pixels;
          for (int k = c; k < c + channels; k++) {
            for (int i = k * plane + p; i < k * plane + p + pixels; i++) {
              d[i] = inverse[i] * (d[i] - sum - x[i] * dot);
            }
          }
        });
  }
}
