package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Linear;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;

/**
 * A linear layer of a training pass, with its activation.
 *
 * @param linear whether it has a bias
 * @param activation what is applied to the output
 * @param src its input, flattened
 * @param dst its output
 * @param dDst the gradient of its output
 * @param dSrc the gradient of its input
 * @param accumulate whether {@code dSrc} is added to
 * @param trainable whether weight and bias get gradients
 */
record TrainingLinear(
    Linear linear,
    Activation activation,
    PlanTensor src,
    PlanTensor dst,
    PlanTensor dDst,
    PlanTensor dSrc,
    boolean accumulate,
    boolean trainable) {

  private int in() {
    return (int) src.elements();
  }

  private int out() {
    return dst.channels();
  }

  private memory.desc weight(BoundPlan plan, memory.data_type type, memory.format_tag tag) {
    return plan.own(new memory.desc(new long[] {out(), in()}, type, tag));
  }

  /** The bias, or an empty descriptor if there is none. */
  private memory.desc bias(BoundPlan plan) {
    return plan.own(linear.bias() ? PackedWeights.vector(out()) : new memory.desc());
  }

  void compile(DeferredLayer.Emitters emitters, TrainingWeights weights) {
    Emitter e = emitters.forward();
    BoundPlan plan = e.plan();
    inner_product_forward.primitive_desc description =
        plan.own(
            new inner_product_forward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.forward_training,
                Dense.matrix(plan, src),
                weight(plan, plan.type(src), memory.format_tag.any),
                bias(plan),
                Dense.matrix(plan, dst),
                e.attributes(false, activation),
                false));
    forward(e, description, weights);
    emitters.recompute().repeat(e);
    if (!trainable && !emitters.inputGradient()) {
      return;
    }
    Emitter back = emitters.backward();
    memory gradient = Dense.read(back, dDst, Scratch.SOURCE);
    if (!activation.isNone()) {
      memory output = Dense.read(back, dst, Scratch.SECOND_SOURCE);
      Activations.fromOutput(back, activation, output, gradient, gradient);
    }
    if (trainable) {
      backwardWeights(back, description, gradient, weights);
    }
    if (emitters.inputGradient()) {
      backwardData(back, description, gradient, weights);
    }
  }

  private void forward(
      Emitter e, inner_product_forward.primitive_desc description, TrainingWeights weights) {
    memory source = Dense.read(e, src, Scratch.SOURCE);
    memory target = Dense.target(e, dst, Scratch.TARGET);
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_WEIGHTS,
            weights.linear(e.path(), out(), in(), description.weights_desc()),
            DNNL_ARG_DST,
            target);
    if (linear.bias()) {
      arguments.put(DNNL_ARG_BIAS, weights.vector(e.path() + ".bias"));
    }
    e.execute(
        "linear",
        2L * in() * out() * e.plan().batch(),
        description,
        new inner_product_forward(description),
        arguments);
    Dense.written(e, dst, Scratch.TARGET);
  }

  private void backwardWeights(
      Emitter e,
      inner_product_forward.primitive_desc forward,
      memory gradient,
      TrainingWeights weights) {
    BoundPlan plan = e.plan();
    inner_product_backward_weights.primitive_desc description =
        plan.own(
            new inner_product_backward_weights.primitive_desc(
                BoundPlan.cpu(),
                Dense.matrix(plan, src),
                weight(plan, memory.data_type.f32, memory.format_tag.any),
                bias(plan),
                Dense.matrix(plan, dDst),
                forward,
                e.attributes(),
                false));
    memory plain =
        weights.gradient(
            e.path() + ".weight", weight(plan, memory.data_type.f32, memory.format_tag.ab));
    memory.desc layout = plan.own(description.diff_weights_desc());
    boolean direct = layout.equals(plan.own(plain.get_desc()));
    memory packed = direct ? plain : plan.temporary(Scratch.WEIGHTS, layout);
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            Dense.read(e, src, Scratch.SECOND_SOURCE),
            DNNL_ARG_DIFF_DST,
            gradient,
            DNNL_ARG_DIFF_WEIGHTS,
            packed);
    if (linear.bias()) {
      arguments.put(DNNL_ARG_DIFF_BIAS, weights.gradientVector(e.path() + ".bias"));
    }
    e.execute(
        "linear backward weights",
        2L * in() * out() * plan.batch(),
        description,
        new inner_product_backward_weights(description),
        arguments);
    if (!direct) {
      e.reorder(packed, plain, false);
    }
  }

  private void backwardData(
      Emitter e,
      inner_product_forward.primitive_desc forward,
      memory gradient,
      TrainingWeights weights) {
    BoundPlan plan = e.plan();
    inner_product_backward_data.primitive_desc description =
        plan.own(
            new inner_product_backward_data.primitive_desc(
                BoundPlan.cpu(),
                Dense.matrix(plan, dSrc),
                weight(plan, plan.type(dDst), memory.format_tag.any),
                Dense.matrix(plan, dDst),
                forward,
                e.attributes(),
                false));
    memory result =
        accumulate
            ? plan.temporary(Scratch.GRADIENT, Dense.matrix(plan, dSrc))
            : Dense.target(e, dSrc, Scratch.GRADIENT);
    e.execute(
        "linear backward data",
        2L * in() * out() * plan.batch(),
        description,
        new inner_product_backward_data(description),
        e.arguments(
            DNNL_ARG_DIFF_DST,
            gradient,
            DNNL_ARG_WEIGHTS,
            weights.linear(e.path(), out(), in(), description.weights_desc()),
            DNNL_ARG_DIFF_SRC,
            result));
    if (accumulate) {
      Dense.addTo(e, dSrc, Scratch.GRADIENT);
    } else {
      Dense.written(e, dSrc, Scratch.GRADIENT);
    }
  }
}
