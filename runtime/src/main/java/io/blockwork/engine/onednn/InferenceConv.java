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
    memory source = padded ? plan.paddedInput() : e.read(src, Lane.SOURCE);
    memory target = e.target(dst, Lane.TARGET);
    residual.ifPresent(r -> bringResidual(e, r, dst, target));
    memory.desc sourceDesc = plan.own(source.get_desc());
    Convolution convolution =
        new Convolution(conv, padded ? (int) sourceDesc.get_dims().get(1) : conv.in());
    memory.desc bias = plan.own(PackedWeights.vector(conv.out()));
    convolution_forward.primitive_desc description =
        plan.own(
            convolution.inference(
                sourceDesc, bias, plan.desc(dst), e.attributes(residual.isPresent(), relu)));
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
    e.written(target, dst);
  }

  /** The sum is made in place: what is added has to be in the destination before. */
  private static void bringResidual(Emitter e, PlanTensor residual, PlanTensor dst, memory target) {
    if (!residual.equals(dst) || !e.plan().dense(dst)) {
      e.reorder(e.plan().view(residual), target, false);
    }
  }
}
