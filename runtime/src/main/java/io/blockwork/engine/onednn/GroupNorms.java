package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.group_normalization_forward;
import org.bytedeco.dnnl.memory;

/**
 * Group norm, on channels-last memory. Its backward is a loop of ours: oneDNN has only a slow
 * reference kernel for it.
 *
 * @param norm its constants
 * @param parameters scale and shift, if it has them
 * @param src the input
 */
record GroupNorms(GroupNorm norm, Optional<ScaleAndShift> parameters, PlanTensor src) {

  void forward(Emitter e, PlanTensor dst) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SOURCE);
    memory target = e.targetAs(dst, plan.channelsLast(dst), Scratch.TARGET);
    int flags =
        parameters.isPresent()
            ? normalization_flags.use_scale.value | normalization_flags.use_shift.value
            : normalization_flags.none.value;
    group_normalization_forward.primitive_desc description =
        plan.own(
            new group_normalization_forward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.forward_inference.value,
                plan.own(source.get_desc()),
                plan.own(target.get_desc()),
                norm.groups(),
                (float) norm.eps(),
                flags,
                e.attributes(),
                false));
    IntMemoryMap arguments = e.arguments(DNNL_ARG_SRC, source, DNNL_ARG_DST, target);
    parameters.ifPresent(
        p -> {
          arguments.put(DNNL_ARG_SCALE, p.scale());
          arguments.put(DNNL_ARG_SHIFT, p.shift());
        });
    e.execute("group norm", description, new group_normalization_forward(description), arguments);
    e.written(target, dst);
  }

  /**
   * The gradients.
   *
   * @param trained where those of scale and shift go, if they are trained
   */
  void backward(Emitter e, PlanTensor dDst, GradientTarget dSrc, Optional<ScaleAndShift> trained) {
    BoundPlan plan = e.plan();
    int c = src.channels();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SECOND_SOURCE);
    memory gradient = e.readAs(dDst, plan.channelsLast(dDst), Scratch.SOURCE);
    memory result =
        dSrc.needed()
            ? e.gradient(dSrc.tensor(), dSrc.accumulate(), plan.channelsLast(src))
            : gradient;
    double[][] dots = new double[plan.batch()][c];
    double[][] sums = new double[plan.batch()][c];
    e.loop(
        "group norm backward",
        plan.batch(),
        () -> {
          ImageValues x = plan.values(source, src);
          ImageValues d = plan.values(gradient, dDst);
          ImageValues dx = plan.values(result, src);
          return (from, to) -> {
            float[] scale = scale(c);
            for (int n = from; n < to; n++) {
              float[] values = new float[(int) src.elements()];
              float[] gradients = new float[values.length];
              x.read(n, 0, values, values.length);
              d.read(n, 0, gradients, values.length);
              Arrays.fill(dots[n], 0);
              Arrays.fill(sums[n], 0);
              image(values, gradients, scale, dots[n], sums[n]);
              if (dSrc.needed()) {
                dx.write(n, 0, gradients, values.length);
              }
            }
          };
        },
        source,
        gradient,
        result);
    trained.ifPresent(
        t -> {
          e.add(() -> reduce(dots, t.scale()));
          e.add(() -> reduce(sums, t.shift()));
        });
    if (dSrc.needed()) {
      dSrc.written(e, result);
    }
  }

  private float[] scale(int channels) {
    float[] scale = new float[channels];
    Arrays.fill(scale, 1);
    parameters.ifPresent(
        p -> NativeValues.floats(p.scale().get_data_handle().address(), channels).get(scale));
    return scale;
  }

  private static void reduce(double[][] parts, memory target) {
    FloatBuffer values = NativeValues.floats(target.get_data_handle().address(), parts[0].length);
    for (int c = 0; c < parts[0].length; c++) {
      double sum = 0;
      for (double[] part : parts) {
        sum += part[c];
      }
      values.put(c, (float) sum);
    }
  }

  /** Turns the gradient {@code d} of the output into that of the input {@code x}. */
  private void image(float[] x, float[] d, float[] scale, double[] dots, double[] sums) {
    int c = src.channels();
    int size = c / norm.groups();
    double count = (double) size * src.pixels();
    for (int g = 0; g < c; g += size) {
      double mean = 0;
      for (int p = 0; p < x.length; p += c) {
        for (int k = g; k < g + size; k++) {
          mean += x[p + k];
        }
      }
      mean /= count;
      double squares = 0;
      for (int p = 0; p < x.length; p += c) {
        for (int k = g; k < g + size; k++) {
          squares += (x[p + k] - mean) * (x[p + k] - mean);
        }
      }
      double inverse = 1 / Math.sqrt(squares / count + norm.eps());
      for (int p = 0; p < x.length; p += c) {
        for (int k = g; k < g + size; k++) {
          dots[k] += d[p + k] * (x[p + k] - mean) * inverse;
          sums[k] += d[p + k];
        }
      }
      double sum = 0;
      double dot = 0;
      for (int k = g; k < g + size; k++) {
        sum += sums[k] * scale[k];
        dot += dots[k] * scale[k];
      }
      sum /= count;
      dot /= count;
      for (int p = 0; p < x.length; p += c) {
        for (int k = g; k < g + size; k++) {
          double normalised = (x[p + k] - mean) * inverse;
          d[p + k] = (float) (inverse * (d[p + k] * scale[k] - sum - normalised * dot));
        }
      }
    }
  }
}
