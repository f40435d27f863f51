package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Optional;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;

/**
 * A convolution of an inference pass.
 *
 * @param path its module name
 * @param conv the convolution
 * @param weight its weight and bias, as they are packed
 * @param residual what is added to its output
 * @param activation what is applied to that
 */
record InferenceConv(
    String path,
    Conv conv,
    FoldedWeight weight,
    Optional<PlanTensor> residual,
    Activation activation) {

  void compile(Emitter e, PlanWeights weights, PlanTensor src, PlanTensor dst) {
    if (!new InferenceWinograd(this, src, dst).compile(e, weights)
        && !new InferenceDepthwise(this, src, dst).compile(e, weights)) {
      compileDirect(e, weights, src, dst);
    }
  }

  private void compileDirect(Emitter e, PlanWeights weights, PlanTensor src, PlanTensor dst) {
    BoundPlan plan = e.plan();
    boolean padded = plan.isPadded(src) && conv.groups() == 1;
    memory.desc sourceDesc = padded ? plan.paddedInputDesc() : plan.desc(src);
    ConvolutionPrimitive convolution =
        new ConvolutionPrimitive(
            conv, padded ? (int) plan.own(sourceDesc.get_dims()).get(1) : conv.in());
    convolution_forward.primitive_desc description =
        describe(e, convolution, sourceDesc, plan.desc(dst));
    if (Emitter.isReference(description)) {
      // No fast kernel works on the plan's layout: let oneDNN choose, and re-order.
      description =
          describe(
              e,
              convolution,
              plan.own(ConvolutionPrimitive.anyActivation(sourceDesc)),
              plan.own(ConvolutionPrimitive.anyActivation(plan.desc(dst))));
    }
    memory source =
        padded
            ? e.convert(plan.paddedInput(), description.src_desc(), Scratch.SOURCE)
            : e.readAs(src, description.src_desc(), Scratch.SOURCE);
    memory target = e.targetAs(dst, description.dst_desc(), Scratch.TARGET);
    // The sum is made in place: what is added has to be in the destination before.
    residual
        .filter(r -> !(r.equals(dst) && e.isInPlace(target, dst)))
        .ifPresent(r -> e.reorder(plan.view(r), target, false));
    PackedWeights.Packed packed =
        weights.convolution(weight, convolution, plan.own(description.weights_desc()));
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
    if (!fused()) {
      Activations.inPlace(e, activation, dst, target);
    }
    e.written(target, dst);
  }

  private boolean fused() {
    return Eltwise.isPostOp(activation);
  }

  private convolution_forward.primitive_desc describe(
      Emitter e, ConvolutionPrimitive convolution, memory.desc src, memory.desc dst) {
    BoundPlan plan = e.plan();
    memory.desc bias = plan.own(PackedWeights.vector(conv.out()));
    return plan.own(
        convolution.inference(
            src,
            bias,
            dst,
            e.attributes(residual.isPresent(), fused() ? activation : Activation.NONE)));
  }
}
