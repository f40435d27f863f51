package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import io.blockwork.engine.onednn.Plan.Lane;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;

/** Layers that work value by value, and moves. */
final class Pointwise {
  private Pointwise() {}

  /** {@code dst = a + b}, then ReLU if {@code relu}. */
  static void add(Emitter e, PlanTensor a, PlanTensor b, PlanTensor dst, boolean relu) {
    memory first = e.read(a, Lane.SOURCE);
    memory second = e.read(b, Lane.SECOND_SOURCE);
    memory target = e.target(dst, Lane.TARGET);
    e.sum(first, second, target, relu);
    e.written(target, dst);
  }

  /** {@code dst = src * gate}, one factor a channel and image. */
  static void scale(Emitter e, PlanTensor src, PlanTensor gate, PlanTensor dst) {
    memory source = e.read(src, Lane.SOURCE);
    memory factors = e.read(gate, Lane.SECOND_SOURCE);
    memory target = e.target(dst, Lane.TARGET);
    scale(e, src, source, factors, target);
    e.written(target, dst);
  }

  /** The same on dense memory. */
  static void scale(Emitter e, PlanTensor shape, memory src, memory gate, memory dst) {
    Plan plan = e.plan();
    binary.primitive_desc description =
        plan.own(
            new binary.primitive_desc(
                Plan.cpu(),
                algorithm.binary_mul,
                plan.own(src.get_desc()),
                plan.own(gate.get_desc()),
                plan.own(dst.get_desc()),
                e.attributes(),
                false));
    e.execute(
        "scale",
        description,
        new binary(description),
        e.arguments(DNNL_ARG_SRC_0, src, DNNL_ARG_SRC_1, gate, DNNL_ARG_DST, dst));
  }

  /** Every {@code stride}-th pixel, in the middle of zero channels. */
  static void padShortcut(Emitter e, int stride, PlanTensor src, PlanTensor dst) {
    Plan plan = e.plan();
    PlanTensor middle = middle(src, dst);
    memory padded = plan.keep(plan.desc(dst));
    // The zeros around the middle are never written again, so they are made once.
    zero(plan, padded);
    PlanTensor within =
        PlanTensor.whole(dst.storage(), dst.channels(), dst.height(), dst.width())
            .slice(middle.from() - dst.from(), middle.from() - dst.from() + middle.channels());
    memory part = plan.part(padded, within);
    e.reorder(everyNth(plan, src, stride, dst), part, false);
    e.reorder(padded, plan.view(dst), false);
  }

  /** {@code dSrc} gets (or is added) the gradient of {@link #padShortcut}. */
  static void padShortcutBackward(
      Emitter e, int stride, PlanTensor dDst, PlanTensor dSrc, boolean accumulate) {
    Plan plan = e.plan();
    memory gradient = plan.view(middle(dSrc, dDst));
    memory pixels = everyNth(plan, dSrc, stride, dDst);
    if (!accumulate && stride > 1) {
      memory zeros = plan.keep(plan.desc(dSrc));
      zero(plan, zeros);
      e.reorder(zeros, plan.view(dSrc), false);
    }
    e.reorder(gradient, pixels, accumulate);
  }

  private static void zero(Plan plan, memory memory) {
    org.bytedeco.javacpp.Pointer.memset(
        memory.get_data_handle(), 0, plan.own(memory.get_desc()).get_size());
  }

  /** Torch pads half of the missing channels, rounded down, in front. */
  private static PlanTensor middle(PlanTensor few, PlanTensor many) {
    int before = (many.channels() - few.channels()) / 2;
    return many.slice(before, before + few.channels());
  }

  private static memory everyNth(Plan plan, PlanTensor tensor, int stride, PlanTensor small) {
    long[] strides = plan.strides(tensor);
    long[] dims = {plan.batch(), tensor.channels(), small.height(), small.width()};
    memory.desc desc =
        plan.own(
            new memory.desc(
                dims,
                plan.precision(tensor).type(),
                new long[] {strides[0], strides[1], strides[2] * stride, strides[3] * stride}));
    long offset = tensor.from() * strides[1] * plan.precision(tensor).bytes();
    return plan.wrap(desc, plan.address(tensor) + offset);
  }
}
