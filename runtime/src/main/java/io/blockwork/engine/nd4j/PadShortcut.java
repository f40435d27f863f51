package io.blockwork.engine.nd4j;

import java.util.Arrays;

/** The parameterless shortcut (option A of He et al. 2015, section 3.3). */
final class PadShortcut {
  private final int stride;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final int before;

  PadShortcut(int stride, Nd4jTensor src, Nd4jTensor dst) {
    this.stride = stride;
    this.src = src;
    this.dst = dst;
    this.before = (dst.channels() - src.channels()) / 2;
  }

  void forward() {
    Parallel.run(
        dst.batch() * dst.channels(),
        src.plane(),
        (from, to) -> {
          double[] x = new double[src.plane()];
          double[] y = new double[dst.plane()];
          for (int i = from; i < to; i++) {
            forward(i / dst.channels(), i % dst.channels(), x, y);
          }
        });
  }

  private void forward(int n, int c, double[] x, double[] y) {
    int source = c - before;
    if (source < 0 || source >= src.channels()) {
      Arrays.fill(y, 0);
    } else {
      src.readPlane(n, source, x);
      for (int i = 0; i < y.length; i++) {
        y[i] = x[pixel(i)];
      }
    }
    dst.writePlane(n, c, y);
  }

  /** The pixel of the input that becomes pixel {@code i} of the output. */
  private int pixel(int i) {
    return i / dst.width() * stride * src.width() + i % dst.width() * stride;
  }

  void backward(Nd4jTensor dDst, Target dSrc) {
    Planes.forEach(
        src,
        (n, c, dx, dy) -> {
          dDst.readPlane(n, c + before, dy);
          Arrays.fill(dx, 0);
          for (int i = 0; i < dst.plane(); i++) {
            dx[pixel(i)] = dy[i];
          }
          dSrc.putPlane(n, c, dx, dy);
        });
  }
}
