package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.blockwork.engine.Activation;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

/** Activations as layers of their own, on dense memory. */
final class Activations {
  private Activations() {}

  /** {@code dst = activation(src)}. */
  static void forward(Emitter e, Activation activation, PlanTensor src, PlanTensor dst) {
    memory source = e.read(src, Scratch.SOURCE);
    memory target = e.target(dst, Scratch.TARGET);
    if (activation.isNone()) {
      e.reorder(source, target, false);
    } else {
      forward(e, activation, dst, source, target);
    }
    e.written(target, dst);
  }

  /** {@code dst = activation(dst)} in dense memory that holds the tensor's values. */
  static void inPlace(Emitter e, Activation activation, PlanTensor shape, memory values) {
    forward(e, activation, shape, values, values);
  }

  private static void forward(
      Emitter e, Activation activation, PlanTensor shape, memory src, memory dst) {
    Optional<List<Eltwise>> functions = Eltwise.of(activation);
    if (functions.isEmpty()) {
      ActivationLoop.of(activation).forward(e, shape, src, dst);
      return;
    }
    memory from = src;
    for (Eltwise each : functions.get()) {
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
    BoundPlan plan = e.plan();
    return plan.own(
        new eltwise_forward.primitive_desc(
            BoundPlan.cpu(),
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

  /**
   * The gradient of {@link #forward}: from the output if that tells the derivative, else from the
   * input.
   */
  static void backward(
      Emitter e,
      Activation activation,
      PlanTensor src,
      PlanTensor dst,
      PlanTensor dDst,
      GradientTarget dSrc) {
    memory gradient = e.read(dDst, Scratch.SOURCE);
    memory result = dSrc.memory(e);
    if (activation.isNone()) {
      e.reorder(gradient, result, false);
    } else if (activation.fromOutput()) {
      fromOutput(e, activation, e.read(dst, Scratch.SECOND_SOURCE), gradient, result);
    } else {
      fromInput(e, activation, src, e.read(src, Scratch.SECOND_SOURCE), gradient, result);
    }
    dSrc.written(e, result);
  }

  /**
   * Turns the gradient of an activation's output into its input's.
   *
   * @param dst the output
   * @param dSrc may be {@code dDst}
   */
  static void fromOutput(Emitter e, Activation activation, memory dst, memory dDst, memory dSrc) {
    double factor = activation.beta();
    if (activation.function() == Activation.Function.HARD_SIGMOID) {
      // Its derivative is that of a clip between 0 and 1, times its slope.
      backward(e, Eltwise.backwardFromOutput(Activation.clip(0, 1)), dst, dDst, dSrc);
      multiply(e, dSrc, activation.alpha(), dSrc);
    } else if (activation.function() == Activation.Function.ELU && factor != 1) {
      memory unscaled = e.plan().temporary(Scratch.PRODUCT, e.plan().own(dst.get_desc()));
      multiply(e, dst, 1 / factor, unscaled);
      Activation plain = Activation.elu(activation.alpha());
      backward(e, Eltwise.backwardFromOutput(plain), unscaled, dDst, dSrc);
      multiply(e, dSrc, factor, dSrc);
    } else {
      backward(e, Eltwise.backwardFromOutput(activation), dst, dDst, dSrc);
    }
  }

  private static void fromInput(
      Emitter e, Activation activation, PlanTensor shape, memory src, memory dDst, memory dSrc) {
    Optional<List<Eltwise>> functions = Eltwise.of(activation);
    if (functions.isEmpty()) {
      ActivationLoop.of(activation).backward(e, shape, src, dDst, dSrc);
      return;
    }
    backward(e, functions.get().get(0), src, dDst, dSrc);
    if (functions.get().size() > 1) {
      multiply(e, dSrc, functions.get().get(1).alpha(), dSrc);
    }
  }

  /**
   * oneDNN's gradient.
   *
   * @param values outputs or inputs, as the function wants them
   */
  private static void backward(
      Emitter e, Eltwise function, memory values, memory dDst, memory dSrc) {
    BoundPlan plan = e.plan();
    eltwise_forward.primitive_desc forward =
        describe(e, function, prop_kind.forward_training, values, values);
    eltwise_backward.primitive_desc description =
        plan.own(
            new eltwise_backward.primitive_desc(
                BoundPlan.cpu(),
                function.kind(),
                plan.own(dSrc.get_desc()),
                plan.own(dDst.get_desc()),
                plan.own(values.get_desc()),
                function.alpha(),
                function.beta(),
                forward,
                e.attributes(),
                false));
    e.execute(
        "activation backward",
        description,
        new eltwise_backward(description),
        e.arguments(
            function.readsOutput() ? DNNL_ARG_DST : DNNL_ARG_SRC,
            values,
            DNNL_ARG_DIFF_DST,
            dDst,
            DNNL_ARG_DIFF_SRC,
            dSrc));
  }
}
