package io.blockwork.engine.nd4j;

import io.blockwork.engine.Kernel;
import java.util.Optional;

/** A convolution of inference with its epilogue. */
final class ConvKernel implements Kernel {
  private final Convolution convolution;
  private final Values weight;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final Optional<Affine> norm;
  private final Optional<Nd4jTensor> residual;
  private final boolean relu;
  private final Scratch product;

  ConvKernel(
      Convolution convolution,
      Values weight,
      Nd4jTensor src,
      Nd4jTensor dst,
      Optional<Affine> norm,
      Optional<Nd4jTensor> residual,
      boolean relu,
      Scratch product) {
    this.convolution = convolution;
    this.weight = weight;
    this.src = src;
    this.dst = dst;
    this.norm = norm;
    this.residual = residual;
    this.relu = relu;
    this.product = product;
    product.reserve(convolution.outputLength());
  }

  @Override
  public void run() {
    if (norm.isEmpty() && residual.isEmpty() && !relu) {
      for (int n = 0; n < src.batch(); n++) {
        convolution.forward(weight, src, n, dst.channelMatrix(n, 0));
      }
      return;
    }
    for (int n = 0; n < src.batch(); n++) {
      Values values = product.values();
      convolution.forward(weight, src, n, Matrix.of(values, 0, dst.plane()));
      epilogue(values, n);
    }
  }

  /**
   * {@code dst = relu(scale * product + shift + residual)}. The batch norm is applied here and not
   * multiplied into a copy of the weights: the pass over the output is made anyway, and plans share
   * the network's own weights. The residual may be {@code dst} itself, each value is read before it
   * is written.
   */
  private void epilogue(Values values, int n) {
    double[] scale = norm.map(Affine::scale).orElse(new double[0]);
    double[] shift = norm.map(Affine::shift).orElse(new double[0]);
    int size = dst.plane();
    Parallel.run(
        dst.channels(),
        size,
        (from, to) -> {
          double[] x = new double[size];
          double[] y = new double[size];
          for (int c = from; c < to; c++) {
            values.read(c * size, x, size);
            if (scale.length > 0) {
              Planes.affine(x, scale[c], shift[c]);
            }
            if (residual.isPresent()) {
              residual.get().readPlane(n, c, y);
              Elementwise.add(x, y, size);
            }
            if (relu) {
              Elementwise.relu(x, size);
            }
            dst.writePlane(n, c, x);
          }
        });
  }
}
