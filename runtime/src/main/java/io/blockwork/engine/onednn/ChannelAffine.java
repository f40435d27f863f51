package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import io.blockwork.engine.Affine;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

/**
 * One scale and one shift a channel: a batch norm of mean 0 and variance 1.
 *
 * @param affine the constants, or the parameters' names
 * @param src the input
 */
record ChannelAffine(Affine affine, PlanTensor src) {
  private static final int FLAGS =
      normalization_flags.use_global_stats.value
          | normalization_flags.use_scale.value
          | normalization_flags.use_shift.value;

  private batch_normalization_forward.primitive_desc describe(Emitter e, prop_kind kind) {
    BoundPlan plan = e.plan();
    return plan.own(
        new batch_normalization_forward.primitive_desc(
            BoundPlan.cpu(),
            kind.value,
            plan.desc(src),
            plan.desc(src),
            0,
            FLAGS,
            e.attributes(),
            false));
  }

  private memory filled(BoundPlan plan, double value) {
    memory memory = plan.keep(plan.own(PackedWeights.vector(src.channels())));
    FloatBuffer values = floats(memory);
    for (int c = 0; c < src.channels(); c++) {
      values.put(c, (float) value);
    }
    return memory;
  }

  private memory constants(BoundPlan plan, List<Double> values) {
    memory memory = filled(plan, 0);
    FloatBuffer floats = floats(memory);
    for (int c = 0; c < src.channels(); c++) {
      floats.put(c, values.get(c).floatValue());
    }
    return memory;
  }

  private FloatBuffer floats(memory memory) {
    return NativeValues.floats(memory.get_data_handle().address(), src.channels());
  }

  /** Scale and shift, given where parameters are. */
  private ScaleAndShift factors(BoundPlan plan, Function<String, memory> parameter) {
    if (affine instanceof Affine.Learned learned) {
      return new ScaleAndShift(
          learned.scale().map(parameter).orElseGet(() -> filled(plan, 1)),
          learned.shift().map(parameter).orElseGet(() -> filled(plan, 0)));
    }
    Affine.Constant constant = (Affine.Constant) affine;
    return new ScaleAndShift(constants(plan, constant.scale()), constants(plan, constant.shift()));
  }

  void forward(Emitter e, PlanTensor dst, Function<String, memory> parameter) {
    memory source = e.read(src, Scratch.SOURCE);
    memory target = e.target(dst, Scratch.TARGET);
    apply(e, "affine", source, target, factors(e.plan(), parameter));
    e.written(target, dst);
  }

  private void apply(Emitter e, String kind, memory source, memory target, ScaleAndShift factors) {
    BoundPlan plan = e.plan();
    batch_normalization_forward.primitive_desc description =
        describe(e, prop_kind.forward_inference);
    e.execute(
        kind,
        description,
        new batch_normalization_forward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_DST,
            target,
            DNNL_ARG_MEAN,
            filled(plan, 0),
            DNNL_ARG_VARIANCE,
            filled(plan, 1),
            DNNL_ARG_SCALE,
            factors.scale(),
            DNNL_ARG_SHIFT,
            factors.shift()));
  }

  /** The input's gradient alone: {@code dDst} times the scale. */
  void backwardData(
      Emitter e, PlanTensor dDst, GradientTarget dSrc, Function<String, memory> parameter) {
    BoundPlan plan = e.plan();
    memory result = dSrc.memory(e);
    memory scale = factors(plan, parameter).scale();
    apply(
        e,
        "affine backward",
        e.read(dDst, Scratch.SOURCE),
        result,
        new ScaleAndShift(scale, filled(plan, 0)));
    dSrc.written(e, result);
  }

  /**
   * All gradients.
   *
   * @param scaleGradient where the scale's goes, if it is trained
   * @param shiftGradient where the shift's goes, if it is trained
   */
  void backward(
      Emitter e,
      PlanTensor dDst,
      GradientTarget dSrc,
      Function<String, memory> parameter,
      Optional<memory> scaleGradient,
      Optional<memory> shiftGradient) {
    BoundPlan plan = e.plan();
    memory gradient = e.read(dDst, Scratch.SOURCE);
    // Where only a shift is learned, the input may be gone; nothing that is used depends on it.
    memory source = scaleGradient.isPresent() ? e.read(src, Scratch.SECOND_SOURCE) : gradient;
    memory result =
        dSrc.needed() ? dSrc.memory(e) : plan.temporary(Scratch.GRADIENT, plan.desc(src));
    batch_normalization_backward.primitive_desc description =
        plan.own(
            new batch_normalization_backward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.backward.value,
                plan.desc(src),
                plan.desc(dDst),
                plan.desc(src),
                0,
                FLAGS,
                describe(e, prop_kind.forward_training),
                e.attributes(),
                false));
    e.execute(
        "affine backward",
        description,
        new batch_normalization_backward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_DIFF_DST,
            gradient,
            DNNL_ARG_DIFF_SRC,
            result,
            DNNL_ARG_MEAN,
            filled(plan, 0),
            DNNL_ARG_VARIANCE,
            filled(plan, 1),
            DNNL_ARG_SCALE,
            factors(plan, parameter).scale(),
            DNNL_ARG_DIFF_SCALE,
            scaleGradient.orElseGet(() -> filled(plan, 0)),
            DNNL_ARG_DIFF_SHIFT,
            shiftGradient.orElseGet(() -> filled(plan, 0))));
    if (dSrc.needed()) {
      dSrc.written(e, result);
    }
  }
}
