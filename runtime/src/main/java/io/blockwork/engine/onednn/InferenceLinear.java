package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Linear;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;

/**
 * A linear layer of an inference pass, on one vector an image.
 *
 * @param linear whether it has a bias
 * @param activation what is applied to its output
 * @param src its input, flattened
 * @param dst its output
 */
record InferenceLinear(Linear linear, Activation activation, PlanTensor src, PlanTensor dst) {
  void compile(Emitter e, PlanWeights weights) {
    BoundPlan plan = e.plan();
    memory source = Dense.read(e, src, Scratch.SOURCE);
    memory target = Dense.target(e, dst, Scratch.TARGET);
    int in = (int) src.elements();
    int out = dst.channels();
    boolean fused = Eltwise.isPostOp(activation);
    memory.desc any =
        plan.own(new memory.desc(new long[] {out, in}, plan.type(src), memory.format_tag.any));
    inner_product_forward.primitive_desc description =
        plan.own(
            new inner_product_forward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.forward_inference,
                Dense.matrix(plan, src),
                any,
                plan.own(PackedWeights.vector(out)),
                Dense.matrix(plan, dst),
                e.attributes(false, fused ? activation : Activation.NONE),
                false));
    PackedWeights.Packed packed =
        weights.linear(e.path(), linear.bias(), out, in, plan.own(description.weights_desc()));
    e.execute(
        "linear",
        2L * in * out * plan.batch(),
        description,
        new inner_product_forward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_WEIGHTS,
            packed.weight(),
            DNNL_ARG_BIAS,
            packed.bias(),
            DNNL_ARG_DST,
            target));
    if (!fused) {
      Activations.inPlace(e, activation, dst, target);
    }
    Dense.written(e, dst, Scratch.TARGET);
  }
}
