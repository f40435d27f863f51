package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Layer;

/** A frozen batch norm in training: running statistics, which stay as they are. */
final class FrozenNormLayer implements Layer {
  private final FoldedNorm norm;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final boolean relu;
  private final Nd4jTensor dDst;
  private final Target dSrc;

  FrozenNormLayer(
      FoldedNorm norm, Nd4jTensor src, Nd4jTensor dst, boolean relu, Nd4jTensor dDst, Target dSrc) {
    this.norm = norm;
    this.src = src;
    this.dst = dst;
    this.relu = relu;
    this.dDst = dDst;
    this.dSrc = dSrc;
  }

  @Override
  public void forward() {
    Planes.affine(src, dst, norm.scale(), norm.shift(), relu ? Activation.RELU : Activation.NONE);
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
    double[] scale = norm.scale();
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
