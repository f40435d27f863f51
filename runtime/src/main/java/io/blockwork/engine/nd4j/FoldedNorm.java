package io.blockwork.engine.nd4j;

import io.blockwork.parameters.Parameters;

/**
 * What a batch norm with running statistics does to each channel: {@code scale * x + shift}. Made
 * anew when the parameters have changed.
 */
final class FoldedNorm {
  private final Parameters parameters;
  private final NormState state;
  private final double eps;
  private final double[] scale;
  private final double[] shift;
  private long version = -1;

  FoldedNorm(Parameters parameters, NormState state, double eps) {
    this.parameters = parameters;
    this.state = state;
    this.eps = eps;
    this.scale = new double[state.channels()];
    this.shift = new double[state.channels()];
  }

  double[] scale() {
    refresh();
    return scale;
  }

  double[] shift() {
    refresh();
    return shift;
  }

  private void refresh() {
    long now = parameters.version();
    if (now == version) {
      return;
    }
    int n = scale.length;
    double[] mean = new double[n];
    double[] variance = new double[n];
    state.weight().read(0, scale, n);
    state.bias().read(0, shift, n);
    state.runningMean().read(0, mean, n);
    state.runningVar().read(0, variance, n);
    for (int c = 0; c < n; c++) {
      scale[c] /= Math.sqrt(variance[c] + eps);
      shift[c] -= mean[c] * scale[c];
    }
    version = now;
  }
}
