package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;

/** A frozen batch norm in training: running statistics, which stay as they are. */
final class FrozenNormLayer implements Layer {
  private final Affine affine;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final boolean relu;
  private final Nd4jTensor dDst;
  private final Target dSrc;

  FrozenNormLayer(
      Affine affine, Nd4jTensor src, Nd4jTensor dst, boolean relu, Nd4jTensor dDst, Target dSrc) {
    this.affine = affine;
    this.src = src;
    this.dst = dst;
    this.relu = relu;
    this.dDst = dDst;
    this.dSrc = dSrc;
  }

  @Override
  public void forward() {
    Planes.affine(src, dst, affine.scale(), affine.shift(), relu);
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
    double[] scale = affine.scale();
    Planes.forEach(
        src,
        (n, c, d, y) -> {
          dDst.readPlane(n, c, d);
          if (relu) {
            dst.readPlane(n, c, y);
            Elementwise.reluGradient(d, y, d.length);
          }
          for (int i = 0; i < d.length; i++) {
            d[i] *= scale[c];
          }
          dSrc.putPlane(n, c, d, y);
        });
  }
}
