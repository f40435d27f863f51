package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Kernel;
import java.util.Arrays;
import java.util.Optional;

/**
 * A convolution of inference with its epilogue: {@code dst = activation(scale * product + shift +
 * residual)}. The batch norm is applied to the product and not multiplied into a copy of the
 * weights: the pass over the output is made anyway, and all plans share the network's own weights.
 */
final class ConvKernel implements Kernel {
  private final MatrixConvolution convolution;
  private final Values weight;
  private final Optional<Values> bias;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final Optional<FoldedNorm> norm;
  private final double factor;
  private final Optional<Nd4jTensor> residual;
  private final Activation activation;

  ConvKernel(
      MatrixConvolution convolution,
      Values weight,
      Optional<Values> bias,
      Nd4jTensor src,
      Nd4jTensor dst,
      Optional<FoldedNorm> norm,
      double factor,
      Optional<Nd4jTensor> residual,
      Activation activation) {
    this.convolution = convolution;
    this.weight = weight;
    this.bias = bias;
    this.src = src;
    this.dst = dst;
    this.norm = norm;
    this.factor = factor;
    this.residual = residual;
    this.activation = activation;
  }

  @Override
  public void run() {
    double[] scale = new double[dst.channels()];
    double[] shift = new double[dst.channels()];
    Arrays.fill(scale, factor);
    bias.ifPresent(b -> b.read(0, shift, shift.length));
    double[] normScale = norm.map(FoldedNorm::scale).orElse(new double[0]);
    double[] normShift = norm.map(FoldedNorm::shift).orElse(new double[0]);
    for (int c = 0; c < shift.length; c++) {
      if (norm.isPresent()) {
        scale[c] *= normScale[c];
        shift[c] = shift[c] * normScale[c] + normShift[c];
      }
      shift[c] *= factor;
    }
    convolution.forward(
        weight,
        src,
        (n, first, end, at, columns, product) -> {
          double[] x = new double[columns];
          double[] y = new double[columns];
          for (int c = first; c < end; c++) {
            product.read((c - first) * columns, x, columns);
            Planes.affine(x, scale[c], shift[c]);
            finish(n, c * dst.plane() + at, x, y);
          }
        });
  }

  /**
   * Residual and activation; the residual may be {@code dst}: each value is read before it is
   * written.
   */
  private void finish(int n, int at, double[] x, double[] y) {
    if (residual.isPresent()) {
      residual.get().read(n, at, y, y.length);
      Elementwise.add(x, y, x.length);
    }
    Activations.apply(activation, x, x.length);
    dst.write(n, at, x, x.length);
  }
}
