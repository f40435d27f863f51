package io.blockwork.engine.nd4j;

/**
 * Channels in another order, and back.
 *
 * @param groups groups whose channels are dealt out in turn
 * @param channels channels
 */
record Shuffle(int groups, int channels) {
  /** Where channel {@code c} of the output comes from. */
  private int source(int c) {
    return c % groups * (channels / groups) + c / groups;
  }

  void forward(Nd4jTensor src, Nd4jTensor dst) {
    Planes.forEach(
        src,
        (n, c, x, spare) -> {
          src.readPlane(n, source(c), x);
          dst.writePlane(n, c, x);
        });
  }

  void backward(Nd4jTensor dDst, Target dSrc) {
    Planes.forEach(
        dDst,
        (n, c, d, spare) -> {
          dDst.readPlane(n, c, d);
          dSrc.putPlane(n, source(c), d, spare);
        });
  }
}
