package io.blockwork.engine.onednn;

import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import org.bytedeco.dnnl.memory;

/**
 * Local response norm, on channels-last memory: a loop of ours, since oneDNN's fast kernels know
 * few sizes and processors.
 *
 * @param norm its constants
 * @param src the input
 * @param dst the output
 */
record ResponseNorm(LocalResponseNorm norm, PlanTensor src, PlanTensor dst) {
  private static final double USUAL_BETA = 0.75;

  void forward(Emitter e) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SOURCE);
    memory target = e.targetAs(dst, plan.channelsLast(dst), Scratch.TARGET);
    e.loop(
        "response norm",
        plan.batch() * src.height(),
        () -> {
          ImageValues from = plan.values(source, src);
          ImageValues to = plan.values(target, dst);
          return (first, end) -> forward(from, to, first, end);
        },
        source,
        target);
    e.written(target, dst);
  }

  /** Values of a row of an image. */
  private int row() {
    return src.width() * src.channels();
  }

  private void forward(ImageValues from, ImageValues to, int first, int end) {
    float[] x = new float[row()];
    double[] sums = new double[src.channels()];
    for (int i = first; i < end; i++) {
      int n = i / src.height();
      int at = i % src.height() * row();
      from.read(n, at, x, x.length);
      for (int p = 0; p < x.length; p += sums.length) {
        sums(x, p, sums);
        for (int c = 0; c < sums.length; c++) {
          x[p + c] *= (float) power(sums[c]);
        }
      }
      to.write(n, at, x, x.length);
    }
  }

  /** What each channel of a place is divided by, before the exponent. */
  private void sums(float[] x, int at, double[] sums) {
    double share = norm.alpha() / norm.size();
    for (int c = 0; c < sums.length; c++) {
      double sum = 0;
      int end = Math.min(sums.length, c + (norm.size() - 1) / 2 + 1);
      for (int k = Math.max(0, c - norm.size() / 2); k < end; k++) {
        sum += (double) x[at + k] * x[at + k];
      }
      sums[c] = norm.k() + share * sum;
    }
  }

  private double power(double sum) {
    // Two roots instead of a logarithm and an exponential function.
    return norm.beta() == USUAL_BETA
        ? 1 / (Math.sqrt(sum) * Math.sqrt(Math.sqrt(sum)))
        : Math.pow(sum, -norm.beta());
  }

  void backward(Emitter e, PlanTensor dDst, GradientTarget dSrc) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SECOND_SOURCE);
    memory output = e.readAs(dst, plan.channelsLast(dst), Scratch.TARGET);
    memory gradient = e.readAs(dDst, plan.channelsLast(dDst), Scratch.SOURCE);
    memory result = e.gradient(dSrc.tensor(), dSrc.accumulate(), plan.channelsLast(src));
    e.loop(
        "response norm backward",
        plan.batch() * src.height(),
        () -> {
          ImageValues x = plan.values(source, src);
          ImageValues y = plan.values(output, dst);
          ImageValues d = plan.values(gradient, dDst);
          ImageValues dx = plan.values(result, dSrc.tensor());
          return (first, end) -> backward(x, y, d, dx, first, end);
        },
        source,
        output,
        gradient,
        result);
    dSrc.written(e, result);
  }

  private void backward(
      ImageValues input,
      ImageValues output,
      ImageValues gradient,
      ImageValues result,
      int first,
      int end) {
    float[] x = new float[row()];
    float[] y = new float[row()];
    float[] d = new float[row()];
    double[] sums = new double[src.channels()];
    double[] parts = new double[src.channels()];
    double factor = 2 * norm.alpha() * norm.beta() / norm.size();
    for (int i = first; i < end; i++) {
      int n = i / src.height();
      int at = i % src.height() * row();
      input.read(n, at, x, x.length);
      output.read(n, at, y, y.length);
      gradient.read(n, at, d, d.length);
      for (int p = 0; p < x.length; p += sums.length) {
        sums(x, p, sums);
        for (int c = 0; c < sums.length; c++) {
          parts[c] = (double) d[p + c] * y[p + c] / sums[c];
        }
        for (int c = 0; c < sums.length; c++) {
          double seen = 0;
          int last = Math.min(sums.length, c + norm.size() / 2 + 1);
          for (int k = Math.max(0, c - (norm.size() - 1) / 2); k < last; k++) {
            seen += parts[k];
          }
          d[p + c] = (float) (d[p + c] * power(sums[c]) - factor * x[p + c] * seen);
        }
      }
      result.write(n, at, d, d.length);
    }
  }
}
