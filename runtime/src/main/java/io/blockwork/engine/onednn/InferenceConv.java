package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.Parameters;
import io.blockwork.engine.Conv;
import io.blockwork.engine.onednn.Plan.Lane;
import java.util.Optional;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;

/**
 * A convolution of an inference pass.
 *
 * @param path its module name
 * @param conv the convolution
 * @param norm the batch norm folded into its weights
 * @param residual what is added to its output
 * @param relu whether negative outputs become zero
 */
record InferenceConv(
    String path, Conv conv, Optional<String> norm, Optional<PlanTensor> residual, boolean relu) {

  void compile(
      Emitter e, Parameters parameters, PackedWeights weights, PlanTensor src, PlanTensor dst) {
    Plan plan = e.plan();
    boolean padded = plan.isPadded(src) && conv.groups() == 1;
    memory.desc sourceDesc = padded ? plan.paddedInputDesc() : plan.desc(src);
    Convolution convolution =
        new Convolution(conv, padded ? (int) plan.own(sourceDesc.get_dims()).get(1) : conv.in());
    convolution_forward.primitive_desc description =
        describe(e, convolution, sourceDesc, plan.desc(dst));
    boolean asIs = !Emitter.isReference(description);
    if (!asIs) {
      // No fast kernel works on the plan's layout: let oneDNN choose, and re-order.
      description =
          describe(
              e,
              convolution,
              convolution.anyActivation(sourceDesc),
              convolution.anyActivation(plan.desc(dst)));
    }
    memory source =
        asIs
            ? padded ? plan.paddedInput() : e.read(src, Lane.SOURCE)
            : e.convert(
                padded ? plan.paddedInput() : plan.view(src),
                plan.own(description.src_desc()),
                Lane.SOURCE);
    memory target =
        asIs
            ? e.target(dst, Lane.TARGET)
            : plan.temporary(Lane.TARGET, plan.own(description.dst_desc()));
    boolean inPlace = asIs && plan.dense(dst);
    residual
        .filter(r -> !(inPlace && r.equals(dst)))
        .ifPresent(r -> e.reorder(plan.view(r), target, false));
    PackedWeights.Packed packed =
        weights.convolution(
            parameters, path, norm, convolution, plan.own(description.weights_desc()));
    e.execute(
        "conv",
        convolution.flops(plan.batch(), dst.pixels()),
        description,
        new convolution_forward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_WEIGHTS,
            packed.weight(),
            DNNL_ARG_BIAS,
            packed.bias(),
            DNNL_ARG_DST,
            target));
    if (!inPlace) {
      e.reorder(target, plan.view(dst), false);
    }
  }

  /** The sum is made in place: what is added has to be in the destination before. */
  private convolution_forward.primitive_desc describe(
      Emitter e, Convolution convolution, memory.desc src, memory.desc dst) {
    Plan plan = e.plan();
    memory.desc bias = plan.own(PackedWeights.vector(conv.out()));
    return plan.own(
        convolution.inference(src, bias, dst, e.attributes(residual.isPresent(), relu)));
  }
}
