package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import io.blockwork.engine.Norm;
import java.nio.LongBuffer;

/**
 * Batch norm with the batch's statistics. Mean and variance take two passes in double, so that a
 * large mean costs no digits of the variance; ND4J's {@code batchnorm} only normalises with given
 * statistics, and takes thirty times as long on a channel slice.
 */
final class BatchNormLayer implements Layer {
  private final Norm norm;
  private final NormState state;
  private final Values weightGradient;
  private final Values biasGradient;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final boolean relu;
  private final Nd4jTensor dDst;
  private final Target dSrc;
  private final double[] mean;
  private final double[] inverseDeviation;

  BatchNormLayer(
      Norm norm,
      NormState state,
      Values weightGradient,
      Values biasGradient,
      Nd4jTensor src,
      Nd4jTensor dst,
      boolean relu,
      Nd4jTensor dDst,
      Target dSrc) {
    this.norm = norm;
    this.state = state;
    this.weightGradient = weightGradient;
    this.biasGradient = biasGradient;
    this.src = src;
    this.dst = dst;
    this.relu = relu;
    this.dDst = dDst;
    this.dSrc = dSrc;
    this.mean = new double[src.channels()];
    this.inverseDeviation = new double[src.channels()];
  }

  @Override
  public void forward() {
    Parallel.run(
        src.channels(),
        elements(),
        (from, to) -> {
          double[] plane = new double[src.plane()];
          for (int c = from; c < to; c++) {
            statistics(c, plane);
            normalise(c, plane);
          }
        });
    LongBuffer batches = state.batchesTracked().longs();
    batches.put(0, batches.get(0) + 1);
  }

  @Override
  public void recompute() {
    Parallel.run(
        src.channels(),
        elements(),
        (from, to) -> {
          double[] plane = new double[src.plane()];
          for (int c = from; c < to; c++) {
            normalise(c, plane);
          }
        });
  }

  @Override
  public void backward() {
    Parallel.run(
        src.channels(),
        2 * elements(),
        (from, to) -> {
          double[] x = new double[src.plane()];
          double[] d = new double[src.plane()];
          double[] y = new double[src.plane()];
          for (int c = from; c < to; c++) {
            backward(c, x, d, y);
          }
        });
  }

  /** Values of a channel in the whole batch. */
  private long elements() {
    return (long) src.batch() * src.plane();
  }

  private void statistics(int c, double[] plane) {
    int batch = src.batch();
    double sum = 0;
    for (int n = 0; n < batch; n++) {
      src.readPlane(n, c, plane);
      sum += Sums.sum(plane, plane.length);
    }
    double m = sum / elements();
    double squares = 0;
    for (int n = 0; n < batch; n++) {
      src.readPlane(n, c, plane);
      squares += Sums.squares(plane, m, plane.length);
    }
    mean[c] = m;
    inverseDeviation[c] = 1 / Math.sqrt(squares / elements() + norm.eps());
    move(state.runningMean(), c, m);
    move(state.runningVar(), c, squares / (elements() - 1));
  }

  private void move(Values running, int c, double batch) {
    double[] value = new double[1];
    running.read(c, value, 1);
    value[0] += norm.momentum() * (batch - value[0]);
    running.write(c, value, 1);
  }

  private double weight(int c) {
    double[] value = new double[1];
    state.weight().read(c, value, 1);
    return value[0];
  }

  private double bias(int c) {
    double[] value = new double[1];
    state.bias().read(c, value, 1);
    return value[0];
  }

  private void normalise(int c, double[] plane) {
    double m = mean[c];
    double scale = weight(c) * inverseDeviation[c];
    double shift = bias(c);
    for (int n = 0; n < src.batch(); n++) {
      src.readPlane(n, c, plane);
      for (int i = 0; i < plane.length; i++) {
        plane[i] = (plane[i] - m) * scale + shift;
      }
      if (relu) {
        Elementwise.relu(plane, plane.length);
      }
      dst.writePlane(n, c, plane);
    }
  }

  private void readGradient(int n, int c, double[] d, double[] y) {
    dDst.readPlane(n, c, d);
    if (relu) {
      dst.readPlane(n, c, y);
      Elementwise.reluGradient(d, y, d.length);
    }
  }

  private void backward(int c, double[] x, double[] d, double[] y) {
    double m = mean[c];
    double inverse = inverseDeviation[c];
    double sum = 0;
    double dot = 0;
    for (int n = 0; n < src.batch(); n++) {
      src.readPlane(n, c, x);
      readGradient(n, c, d, y);
      sum += Sums.sum(d, d.length);
      dot += Sums.dot(d, x, m, d.length);
    }
    dot *= inverse;
    weightGradient.write(c, new double[] {dot}, 1);
    biasGradient.write(c, new double[] {sum}, 1);
    if (!dSrc.needed()) {
      return;
    }
    double scale = weight(c) * inverse;
    double meanGradient = sum / elements();
    double slope = dot * inverse / elements();
    for (int n = 0; n < src.batch(); n++) {
      src.readPlane(n, c, x);
      readGradient(n, c, d, y);
      for (int i = 0; i < d.length; i++) {
        d[i] = scale * (d[i] - meanGradient - (x[i] - m) * slope);
      }
      dSrc.putPlane(n, c, d, y);
    }
  }
}
