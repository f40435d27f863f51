package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import java.util.Arrays;

/** A max pool in training; it remembers which pixel won each window. */
final class MaxPoolLayer implements Layer {
  private final PoolWindows pooling;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final Nd4jTensor dDst;
  private final Target dSrc;

  /** For each image, the winning pixel of each value of the output. */
  private final int[][] winners;

  MaxPoolLayer(PoolWindows pooling, Nd4jTensor src, Nd4jTensor dst, Nd4jTensor dDst, Target dSrc) {
    this.pooling = pooling;
    this.src = src;
    this.dst = dst;
    this.dDst = dDst;
    this.dSrc = dSrc;
    this.winners = new int[src.batch()][dSrc.needed() ? dst.length() : 0];
  }

  @Override
  public void forward() {
    Planes.forEach(
        src,
        (n, c, x, spare) -> {
          double[] y = new double[dst.plane()];
          src.readPlane(n, c, x);
          pooling.max(x, y, winners[n], c * dst.plane());
          dst.writePlane(n, c, y);
        });
  }

  @Override
  public void recompute() {
    forward();
  }

  @Override
  public void backward() {
    if (!dSrc.needed()) {
      return;
    }
    Planes.forEach(
        src,
        (n, c, dx, spare) -> {
          double[] dy = new double[dst.plane()];
          dDst.readPlane(n, c, dy);
          Arrays.fill(dx, 0);
          int at = c * dst.plane();
          for (int i = 0; i < dst.plane(); i++) {
            dx[winners[n][at + i]] += dy[i];
          }
          dSrc.putPlane(n, c, dx, spare);
        });
  }
}
