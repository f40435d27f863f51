package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Layer;
import java.util.Optional;

/** {@code dst = activation(src * weight^T + bias)} and its gradient. */
final class LinearKernel {
  private final Values weight;
  private final Optional<Values> bias;
  private final Activation activation;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;

  LinearKernel(
      Values weight, Optional<Values> bias, Activation activation, Nd4jTensor src, Nd4jTensor dst) {
    this.weight = weight;
    this.bias = bias;
    this.activation = activation;
    this.src = src;
    this.dst = dst;
  }

  /** The layer in training. */
  static Layer layer(
      Values weight,
      Optional<Values> bias,
      Optional<Values> weightGradient,
      Optional<Values> biasGradient,
      Activation activation,
      Nd4jTensor src,
      Nd4jTensor dst,
      Nd4jTensor dDst,
      Target dSrc) {
    LinearKernel kernel = new LinearKernel(weight, bias, activation, src, dst);
    return new SimpleLayer(
        kernel::forward,
        () -> {
          kernel.throughActivation(dDst);
          weightGradient.ifPresent(gradient -> kernel.backwardWeight(dDst, gradient));
          biasGradient.ifPresent(gradient -> Planes.sums(dDst, gradient));
          if (dSrc.needed()) {
            kernel.backwardData(dDst, dSrc);
          }
        },
        true);
  }

  void forward() {
    int in = src.length();
    int out = dst.length();
    dst.imageMatrix()
        .product(
            src.imageMatrix(), Matrix.of(weight, 0, in).transpose(), src.batch(), out, in, false);
    if (bias.isEmpty() && activation.isNone()) {
      return;
    }
    double[] shift = new double[out];
    bias.ifPresent(b -> b.read(0, shift, out));
    double[] row = new double[out];
    for (int n = 0; n < dst.batch(); n++) {
      dst.read(n, 0, row, out);
      Elementwise.add(row, shift, out);
      Activations.apply(activation, row, out);
      dst.write(n, 0, row, out);
    }
  }

  /** Turns {@code dDst} into the gradient before the activation. */
  private void throughActivation(Nd4jTensor dDst) {
    if (!activation.isNone()) {
      Elementwise.combine(
          dDst, dst, dDst, (d, y, count) -> Activations.gradient(activation, d, y, count));
    }
  }

  /** The gradient of the weight, given that before the activation. */
  private void backwardWeight(Nd4jTensor dDst, Values gradient) {
    int in = src.length();
    int out = dst.length();
    Matrix.of(gradient, 0, in)
        .product(dDst.imageMatrix().transpose(), src.imageMatrix(), out, in, src.batch(), false);
  }

  /** The gradient of the input, given that before the activation. */
  private void backwardData(Nd4jTensor dDst, Target dSrc) {
    int in = src.length();
    int out = dst.length();
    dSrc.tensor()
        .imageMatrix()
        .product(
            dDst.imageMatrix(), Matrix.of(weight, 0, in), src.batch(), in, out, dSrc.accumulate());
  }
}
