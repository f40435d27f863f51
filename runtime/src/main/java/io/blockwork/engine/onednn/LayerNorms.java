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

import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Optional;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.layer_normalization_backward;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;

/**
 * Layer norm over the channels of each place: channels-last memory as a matrix of a row a place.
 *
 * @param norm its constants
 * @param parameters scale and shift, if it has them
 * @param src the input
 */
record LayerNorms(LayerNorm norm, Optional<ScaleAndShift> parameters, PlanTensor src) {
  /** What backward needs of forward. */
  private record Trained(
      layer_normalization_forward.primitive_desc forward, memory mean, memory variance) {}

  private int flags() {
    return parameters.isPresent()
        ? normalization_flags.use_scale.value | normalization_flags.use_shift.value
        : normalization_flags.none.value;
  }

  private memory.desc matrix(BoundPlan plan) {
    return plan.own(
        new memory.desc(
            new long[] {(long) plan.batch() * src.pixels(), src.channels()},
            plan.type(src),
            memory.format_tag.ab));
  }

  private memory.desc statistics(BoundPlan plan) {
    return plan.own(PackedWeights.vector((long) plan.batch() * src.pixels()));
  }

  private layer_normalization_forward.primitive_desc describe(Emitter e, prop_kind kind) {
    BoundPlan plan = e.plan();
    return plan.own(
        new layer_normalization_forward.primitive_desc(
            BoundPlan.cpu(),
            kind.value,
            matrix(plan),
            matrix(plan),
            statistics(plan),
            (float) norm.eps(),
            flags(),
            e.attributes(),
            false));
  }

  void infer(Emitter e, PlanTensor dst) {
    forward(e, dst, describe(e, prop_kind.forward_inference), Optional.empty());
  }

  /**
   * Forward and backward of a training pass.
   *
   * @param trained where the gradients of scale and shift go, if they are trained
   */
  void train(
      DeferredLayer.Emitters emitters,
      PlanTensor dst,
      PlanTensor dDst,
      GradientTarget dSrc,
      Optional<ScaleAndShift> trained) {
    Emitter e = emitters.forward();
    BoundPlan plan = e.plan();
    Trained kept =
        new Trained(
            describe(e, prop_kind.forward_training),
            plan.keep(statistics(plan)),
            plan.keep(statistics(plan)));
    forward(e, dst, kept.forward(), Optional.of(kept));
    emitters.recompute().repeat(e);
    if (dSrc.needed() || trained.isPresent()) {
      backward(emitters.backward(), dDst, dSrc, trained, kept);
    }
  }

  private void forward(
      Emitter e,
      PlanTensor dst,
      layer_normalization_forward.primitive_desc description,
      Optional<Trained> kept) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SOURCE);
    memory target = e.targetAs(dst, plan.channelsLast(dst), Scratch.TARGET);
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            plan.alias(source, matrix(plan)),
            DNNL_ARG_DST,
            plan.alias(target, matrix(plan)));
    parameters.ifPresent(
        p -> {
          arguments.put(DNNL_ARG_SCALE, p.scale());
          arguments.put(DNNL_ARG_SHIFT, p.shift());
        });
    kept.ifPresent(
        k -> {
          arguments.put(DNNL_ARG_MEAN, k.mean());
          arguments.put(DNNL_ARG_VARIANCE, k.variance());
        });
    e.execute("layer norm", description, new layer_normalization_forward(description), arguments);
    e.written(target, dst);
  }

  private void backward(
      Emitter e,
      PlanTensor dDst,
      GradientTarget dSrc,
      Optional<ScaleAndShift> trained,
      Trained kept) {
    BoundPlan plan = e.plan();
    // oneDNN 3.11 has no kernel for the input's gradient alone where there is a scale.
    prop_kind kind = parameters.isPresent() ? prop_kind.backward : prop_kind.backward_data;
    layer_normalization_backward.primitive_desc description =
        plan.own(
            new layer_normalization_backward.primitive_desc(
                BoundPlan.cpu(),
                kind.value,
                matrix(plan),
                matrix(plan),
                matrix(plan),
                statistics(plan),
                (float) norm.eps(),
                flags(),
                kept.forward(),
                e.attributes(),
                false));
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SECOND_SOURCE);
    memory gradient = e.readAs(dDst, plan.channelsLast(dDst), Scratch.SOURCE);
    memory result =
        dSrc.needed()
            ? e.gradient(dSrc.tensor(), dSrc.accumulate(), plan.channelsLast(src))
            : plan.temporary(Scratch.GRADIENT, plan.channelsLast(src));
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            plan.alias(source, matrix(plan)),
            DNNL_ARG_DIFF_DST,
            plan.alias(gradient, matrix(plan)),
            DNNL_ARG_DIFF_SRC,
            plan.alias(result, matrix(plan)),
            DNNL_ARG_MEAN,
            kept.mean(),
            DNNL_ARG_VARIANCE,
            kept.variance());
    parameters.ifPresent(p -> arguments.put(DNNL_ARG_SCALE, p.scale()));
    Optional<ScaleAndShift> gradients = trained.or(() -> parameters.map(p -> unused(plan)));
    gradients.ifPresent(
        g -> {
          arguments.put(DNNL_ARG_DIFF_SCALE, g.scale());
          arguments.put(DNNL_ARG_DIFF_SHIFT, g.shift());
        });
    e.execute(
        "layer norm backward",
        description,
        new layer_normalization_backward(description),
        arguments);
    if (dSrc.needed()) {
      dSrc.written(e, result);
    }
  }

  private ScaleAndShift unused(BoundPlan plan) {
    memory.desc vector = plan.own(PackedWeights.vector(src.channels()));
    return new ScaleAndShift(plan.keep(vector), plan.keep(vector));
  }
}
