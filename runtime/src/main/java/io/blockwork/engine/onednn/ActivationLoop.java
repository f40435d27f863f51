package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import org.bytedeco.dnnl.memory;

/**
 * The one activation that oneDNN lacks: a softplus whose threshold is so low that it shows. On
 * dense memory of any layout.
 *
 * @param beta steepness
 * @param threshold from which on the function is its input
 */
record ActivationLoop(double beta, double threshold) {
  /** Values that are handled at a time. */
  private static final int RUN = 4096;

  static ActivationLoop of(Activation activation) {
    if (activation.function() != Activation.Function.SOFTPLUS) {
      throw new IllegalArgumentException(activation + " is one of oneDNN's functions");
    }
    return new ActivationLoop(activation.alpha(), activation.beta());
  }

  /** Replaces values, given others, in an array. */
  @FunctionalInterface
  private interface Change {
    void apply(float[] x, float[] d, int count);
  }

  void forward(Emitter e, PlanTensor shape, memory src, memory dst) {
    run(e, "activation", shape, src, src, dst, (x, d, count) -> forward(x, count));
  }

  private void forward(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      double scaled = beta * x[i];
      if (!(scaled > threshold)) {
        x[i] = (float) (Math.log1p(Math.exp(scaled)) / beta);
      }
    }
  }

  void backward(Emitter e, PlanTensor shape, memory src, memory dDst, memory dSrc) {
    run(e, "activation backward", shape, src, dDst, dSrc, this::backward);
  }

  private void backward(float[] x, float[] d, int count) {
    for (int i = 0; i < count; i++) {
      double scaled = beta * x[i];
      x[i] = scaled > threshold ? d[i] : (float) (d[i] / (1 + Math.exp(-scaled)));
    }
  }

  private static void run(
      Emitter e, String kind, PlanTensor shape, memory a, memory b, memory to, Change change) {
    BoundPlan plan = e.plan();
    int elements = (int) shape.elements();
    int runs = (elements + RUN - 1) / RUN;
    e.loop(
        kind,
        plan.batch() * runs,
        () -> {
          ImageValues first = plan.values(a, shape);
          ImageValues second = plan.values(b, shape);
          ImageValues result = plan.values(to, shape);
          return (from, end) -> {
            float[] x = new float[RUN];
            float[] d = new float[RUN];
            for (int i = from; i < end; i++) {
              int at = i % runs * RUN;
              int count = Math.min(RUN, elements - at);
              first.read(i / runs, at, x, count);
              second.read(i / runs, at, d, count);
              change.apply(x, d, count);
              result.write(i / runs, at, x, count);
            }
          };
        },
        a,
        b,
        to);
  }
}
