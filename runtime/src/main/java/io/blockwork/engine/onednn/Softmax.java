package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.blockwork.engine.onednn.BoundPlan.Scratch;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_forward;

/** Softmax over the channels of each place and its logarithm, on channels-last memory. */
final class Softmax {
  private Softmax() {}

  static void forward(Emitter e, PlanTensor src, PlanTensor dst) {
    forward(e, "softmax", algorithm.softmax_accurate, src, dst);
  }

  static void forwardLog(Emitter e, PlanTensor src, PlanTensor dst) {
    forward(e, "log softmax", algorithm.softmax_log, src, dst);
  }

  private static void forward(
      Emitter e, String kind, algorithm algorithm, PlanTensor src, PlanTensor dst) {
    BoundPlan plan = e.plan();
    memory.desc layout = plan.channelsLast(src);
    memory source = e.readAs(src, layout, Scratch.SOURCE);
    memory target = e.targetAs(dst, layout, Scratch.TARGET);
    // A slice of one image's channels equals dense memory for oneDNN 3.11, whatever its strides of
    // dimensions of 1 are; but softmax has a fast kernel only where those agree as well.
    softmax_forward.primitive_desc description =
        plan.own(
            new softmax_forward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.forward_inference,
                algorithm,
                layout,
                layout,
                1,
                e.attributes(),
                false));
    e.execute(
        kind,
        description,
        new softmax_forward(description),
        e.arguments(DNNL_ARG_SRC, source, DNNL_ARG_DST, target));
    e.written(target, dst);
  }

  /** A loop of ours: oneDNN has a fast kernel for processors with AVX-512 only. */
  static void backward(Emitter e, PlanTensor dst, PlanTensor dDst, GradientTarget dSrc) {
    backward(e, "softmax backward", Softmax::backward, dst, dDst, dSrc);
  }

  static void backwardLog(Emitter e, PlanTensor dst, PlanTensor dDst, GradientTarget dSrc) {
    backward(e, "log softmax backward", Softmax::backwardLog, dst, dDst, dSrc);
  }

  /** What a function of the channels of each place makes of gradients, in place. */
  private interface OfChannels {
    /**
     * Computes the gradients of some places.
     *
     * @param y what the function made, place after place
     * @param d the gradients of that, which become those of the input
     */
    void gradients(float[] y, float[] d, int channels);
  }

  private static void backward(
      Emitter e,
      String kind,
      OfChannels function,
      PlanTensor dst,
      PlanTensor dDst,
      GradientTarget dSrc) {
    BoundPlan plan = e.plan();
    memory output = e.readAs(dst, plan.channelsLast(dst), Scratch.SECOND_SOURCE);
    memory gradient = e.readAs(dDst, plan.channelsLast(dDst), Scratch.SOURCE);
    memory result = e.gradient(dSrc.tensor(), dSrc.accumulate(), plan.channelsLast(dDst));
    e.loop(
        kind,
        plan.batch() * dst.height(),
        () -> {
          ImageValues y = plan.values(output, dst);
          ImageValues d = plan.values(gradient, dDst);
          ImageValues dx = plan.values(result, dSrc.tensor());
          return (first, end) -> {
            int row = dst.width() * dst.channels();
            float[] values = new float[row];
            float[] gradients = new float[row];
            for (int i = first; i < end; i++) {
              int n = i / dst.height();
              int at = i % dst.height() * row;
              y.read(n, at, values, row);
              d.read(n, at, gradients, row);
              function.gradients(values, gradients, dst.channels());
              dx.write(n, at, gradients, row);
            }
          };
        },
        output,
        gradient,
        result);
    dSrc.written(e, result);
  }

  private static void backward(float[] y, float[] d, int channels) {
    for (int p = 0; p < y.length; p += channels) {
      double dot = 0;
      for (int i = p; i < p + channels; i++) {
        dot += (double) y[i] * d[i];
      }
      for (int i = p; i < p + channels; i++) {
        d[i] = (float) (y[i] * (d[i] - dot));
      }
    }
  }

  private static void backwardLog(float[] y, float[] d, int channels) {
    for (int p = 0; p < y.length; p += channels) {
      double sum = 0;
      for (int i = p; i < p + channels; i++) {
        sum += d[i];
      }
      for (int i = p; i < p + channels; i++) {
        d[i] = (float) (d[i] - Math.exp(y[i]) * sum);
      }
    }
  }
}
