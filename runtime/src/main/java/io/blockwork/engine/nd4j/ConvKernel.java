package io.blockwork.engine.nd4j;

import io.blockwork.engine.Kernel;
import java.util.Optional;

/**
 * A convolution of inference with its epilogue: {@code dst = relu(scale * product + shift +
 * residual)}. The batch norm is applied to the product and not multiplied into a copy of the
 * weights: the pass over the output is made anyway, and all plans share the network's own weights.
 */
final class ConvKernel implements Kernel {
  private final Convolution convolution;
  private final Values weight;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final Optional<Affine> norm;
  private final Optional<Nd4jTensor> residual;
  private final boolean relu;

  ConvKernel(
      Convolution convolution,
      Values weight,
      Nd4jTensor src,
      Nd4jTensor dst,
      Optional<Affine> norm,
      Optional<Nd4jTensor> residual,
      boolean relu) {
    this.convolution = convolution;
    this.weight = weight;
    this.src = src;
    this.dst = dst;
    this.norm = norm;
    this.residual = residual;
    this.relu = relu;
  }

  @Override
  public void run() {
    if (norm.isEmpty() && residual.isEmpty() && !relu) {
      convolution.forward(weight, src, dst);
      return;
    }
    double[] scale = norm.map(Affine::scale).orElse(new double[0]);
    double[] shift = norm.map(Affine::shift).orElse(new double[0]);
    convolution.forward(
        weight,
        src,
        (n, first, end, at, columns, product) -> {
          double[] x = new double[columns];
          double[] y = new double[columns];
          for (int c = first; c < end; c++) {
            product.read((c - first) * columns, x, columns);
            if (scale.length > 0) {
              Planes.affine(x, scale[c], shift[c]);
            }
            finish(n, c * dst.plane() + at, x, y);
          }
        });
  }

  /**
   * Residual and ReLU; the residual may be {@code dst}: each value is read before it is written.
   */
  private void finish(int n, int at, double[] x, double[] y) {
    if (residual.isPresent()) {
      residual.get().read(n, at, y, y.length);
      Elementwise.add(x, y, x.length);
    }
    if (relu) {
      Elementwise.relu(x, x.length);
    }
    dst.write(n, at, x, x.length);
  }
}
