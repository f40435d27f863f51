package io.blockwork.engine.nd4j;

/**
 * Leaky ReLU with learned slopes, and its gradient.
 *
 * @param weight one slope a channel, or one for all
 * @param src the input
 */
record Prelu(Values weight, Nd4jTensor src) {
  private double slope(int c) {
    double[] value = new double[1];
    weight.read(weight.length() == 1 ? 0 : c, value, 1);
    return value[0];
  }

  void forward(Nd4jTensor dst) {
    Planes.forEach(
        src,
        (n, c, x, spare) -> {
          double slope = slope(c);
          src.readPlane(n, c, x);
          for (int i = 0; i < x.length; i++) {
            x[i] = x[i] > 0 ? x[i] : slope * x[i];
          }
          dst.writePlane(n, c, x);
        });
  }

  void backwardData(Nd4jTensor dDst, Target dSrc) {
    Planes.forEach(
        src,
        (n, c, x, d) -> {
          double slope = slope(c);
          src.readPlane(n, c, x);
          dDst.readPlane(n, c, d);
          for (int i = 0; i < d.length; i++) {
            d[i] = x[i] > 0 ? d[i] : slope * d[i];
          }
          dSrc.putPlane(n, c, d, x);
        });
  }

  void backwardWeight(Nd4jTensor dDst, Values gradient) {
    double[] sums = new double[src.channels()];
    Planes.forEachChannel(
        src,
        (c, x, d) -> {
          for (int n = 0; n < src.batch(); n++) {
            src.readPlane(n, c, x);
            dDst.readPlane(n, c, d);
            for (int i = 0; i < x.length; i++) {
              sums[c] += x[i] > 0 ? 0 : x[i] * d[i];
            }
          }
        });
    if (weight.length() == 1) {
      gradient.write(0, new double[] {Sums.sum(sums, sums.length)}, 1);
    } else {
      gradient.write(0, sums, sums.length);
    }
  }
}
