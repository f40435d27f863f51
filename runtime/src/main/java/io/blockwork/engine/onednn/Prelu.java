package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.prelu_backward;
import org.bytedeco.dnnl.prelu_forward;

/**
 * Leaky ReLU with learned slopes, on channels-last memory. One slope for all is written out for
 * each channel, since oneDNN is fast on no other shape.
 *
 * @param slopes the parameter: one slope, or one a channel
 * @param src the input
 */
record Prelu(memory slopes, PlanTensor src) {
  private boolean isShared(BoundPlan plan) {
    return src.channels() > 1 && plan.own(slopes.get_desc()).get_size() == Float.BYTES;
  }

  private memory.desc vector(BoundPlan plan) {
    return plan.own(
        new memory.desc(
            new long[] {1, src.channels(), 1, 1}, memory.data_type.f32, memory.format_tag.nchw));
  }

  /** One slope a channel, as oneDNN wants it. */
  private memory perChannel(Emitter e) {
    BoundPlan plan = e.plan();
    if (!isShared(plan)) {
      return plan.wrap(vector(plan), slopes.get_data_handle().address());
    }
    memory vector = plan.keep(vector(plan));
    FloatBuffer all = floats(vector, src.channels());
    FloatBuffer one = floats(slopes, 1);
    e.add(
        () -> {
          for (int c = 0; c < all.capacity(); c++) {
            all.put(c, one.get(0));
          }
        });
    return vector;
  }

  private static FloatBuffer floats(memory memory, long length) {
    return NativeValues.floats(memory.get_data_handle().address(), length);
  }

  private prelu_forward.primitive_desc describe(Emitter e, prop_kind kind) {
    BoundPlan plan = e.plan();
    return plan.own(
        new prelu_forward.primitive_desc(
            BoundPlan.cpu(),
            kind,
            plan.channelsLast(src),
            vector(plan),
            plan.channelsLast(src),
            e.attributes(),
            false));
  }

  void forward(Emitter e, PlanTensor dst) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SOURCE);
    memory target = e.targetAs(dst, plan.channelsLast(dst), Scratch.TARGET);
    prelu_forward.primitive_desc description = describe(e, prop_kind.forward_inference);
    memory weights = perChannel(e);
    e.execute(
        "prelu",
        description,
        new prelu_forward(description),
        e.arguments(DNNL_ARG_SRC, source, DNNL_ARG_WEIGHTS, weights, DNNL_ARG_DST, target));
    e.written(target, dst);
  }

  /**
   * The gradients.
   *
   * @param trained where the slopes' gradient goes, if they are trained
   */
  void backward(Emitter e, PlanTensor dDst, GradientTarget dSrc, Optional<memory> trained) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SECOND_SOURCE);
    memory gradient = e.readAs(dDst, plan.channelsLast(dDst), Scratch.SOURCE);
    memory result =
        dSrc.needed()
            ? e.gradient(dSrc.tensor(), dSrc.accumulate(), plan.channelsLast(src))
            : plan.temporary(Scratch.GRADIENT, plan.channelsLast(src));
    prelu_backward.primitive_desc description =
        plan.own(
            new prelu_backward.primitive_desc(
                BoundPlan.cpu(),
                plan.channelsLast(src),
                vector(plan),
                plan.channelsLast(src),
                vector(plan),
                plan.channelsLast(src),
                describe(e, prop_kind.forward_training),
                e.attributes(),
                false));
    memory slopesGradient = plan.keep(vector(plan));
    memory weights = perChannel(e);
    e.execute(
        "prelu backward",
        description,
        new prelu_backward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_WEIGHTS,
            weights,
            DNNL_ARG_DIFF_DST,
            gradient,
            DNNL_ARG_DIFF_SRC,
            result,
            DNNL_ARG_DIFF_WEIGHTS,
            slopesGradient));
    trained.ifPresent(to -> e.add(() -> store(slopesGradient, to)));
    if (dSrc.needed()) {
      dSrc.written(e, result);
    }
  }

  private void store(memory perChannel, memory to) {
    FloatBuffer parts = floats(perChannel, src.channels());
    long length = to.get_desc().get_size() / Float.BYTES;
    FloatBuffer target = floats(to, length);
    if (length == parts.capacity()) {
      target.put(parts);
    } else {
      double sum = 0;
      for (int c = 0; c < parts.capacity(); c++) {
        sum += parts.get(c);
      }
      target.put(0, (float) sum);
    }
  }
}
