package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.blockwork.engine.Activation;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

/** Activations as layers of their own, on dense memory. */
final class Activations {
  private Activations() {}

  /** {@code dst = activation(src)}; they may be one. */
  static void forward(Emitter e, Activation activation, memory src, memory dst) {
    memory from = src;
    for (Eltwise each : Eltwise.of(activation).orElseThrow()) {
      forward(e, each, from, dst);
      from = dst;
    }
  }

  private static void forward(Emitter e, Eltwise function, memory src, memory dst) {
    eltwise_forward.primitive_desc description =
        describe(e, function, prop_kind.forward_inference, src, dst);
    e.execute(
        "activation",
        description,
        new eltwise_forward(description),
        e.arguments(DNNL_ARG_SRC, src, DNNL_ARG_DST, dst));
  }

  private static eltwise_forward.primitive_desc describe(
      Emitter e, Eltwise function, prop_kind kind, memory src, memory dst) {
    Plan plan = e.plan();
    return plan.own(
        new eltwise_forward.primitive_desc(
            Plan.cpu(),
            kind,
            function.kind(),
            plan.own(src.get_desc()),
            plan.own(dst.get_desc()),
            function.alpha(),
            function.beta(),
            e.attributes(),
            false));
  }

  /** {@code dst = factor * src}; they may be one. */
  static void multiply(Emitter e, memory src, double factor, memory dst) {
    forward(e, new Eltwise(algorithm.eltwise_linear, (float) factor, 0), src, dst);
  }

  /** Turns the gradient of an activation's output, given that output, into its input's. */
  static void backwardFromOutput(
      Emitter e, Activation activation, memory dst, memory dDst, memory dSrc) {
    Eltwise function = Eltwise.backwardFromOutput(activation).orElseThrow();
    Plan plan = e.plan();
    memory.desc values = plan.own(dst.get_desc());
    memory.desc gradients = plan.own(dDst.get_desc());
    eltwise_forward.primitive_desc forward =
        describe(e, function, prop_kind.forward_training, dst, dst);
    eltwise_backward.primitive_desc description =
        plan.own(
            new eltwise_backward.primitive_desc(
                Plan.cpu(),
                function.kind(),
                gradients,
                gradients,
                values,
                function.alpha(),
                function.beta(),
                forward,
                e.attributes(),
                false));
    e.execute(
        "activation backward",
        description,
        new eltwise_backward(description),
        e.arguments(DNNL_ARG_DST, dst, DNNL_ARG_DIFF_DST, dDst, DNNL_ARG_DIFF_SRC, dSrc));
  }
}
