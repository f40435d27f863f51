package io.blockwork.engine.nd4j;

import io.blockwork.engine.Padding;

/**
 * Zeros around each channel, and the gradient of what is within.
 *
 * @param padding how many
 */
record ZeroPad(Padding padding) {
  void forward(Nd4jTensor src, Nd4jTensor dst) {
    Planes.forEach(
        src,
        (n, c, x, spare) -> {
          double[] y = new double[dst.plane()];
          src.readPlane(n, c, x);
          for (int row = 0; row < src.height(); row++) {
            System.arraycopy(x, row * src.width(), y, at(row, dst), src.width());
          }
          dst.writePlane(n, c, y);
        });
  }

  void backward(Nd4jTensor dDst, Target dSrc) {
    int width = dSrc.tensor().width();
    Planes.forEach(
        dSrc.tensor(),
        (n, c, dx, spare) -> {
          double[] dy = new double[dDst.plane()];
          dDst.readPlane(n, c, dy);
          for (int row = 0; row < dSrc.tensor().height(); row++) {
            System.arraycopy(dy, at(row, dDst), dx, row * width, width);
          }
          dSrc.putPlane(n, c, dx, spare);
        });
  }

  /** Where a row of the image begins in the larger plane. */
  private int at(int row, Nd4jTensor large) {
    return (row + padding.top()) * large.width() + padding.left();
  }
}
