package io.blockwork.engine.onednn;

import io.blockwork.engine.Padding;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/** Operations that compute nothing: values go to another place, or become zero. */
final class Moves {
  private Moves() {}

  /** {@code dst = src}. */
  static void copy(Emitter e, PlanTensor src, PlanTensor dst) {
    e.reorder(e.plan().view(src), e.plan().view(dst), false);
  }

  /** {@code dSrc = dDst}, or adds it. */
  static void copyBackward(Emitter e, PlanTensor dDst, GradientTarget dSrc) {
    e.reorder(e.plan().view(dDst), e.plan().view(dSrc.tensor()), dSrc.accumulate());
  }

  /** {@code flat = src} in the order channels, rows, columns. */
  static void flatten(Emitter e, PlanTensor src, PlanTensor flat) {
    e.reorder(e.plan().view(src), e.plan().unflattened(flat, src), false);
  }

  /** The gradient of {@link #flatten}. */
  static void flattenBackward(Emitter e, PlanTensor flat, GradientTarget dSrc) {
    memory from = e.plan().unflattened(flat, dSrc.tensor());
    e.reorder(from, e.plan().view(dSrc.tensor()), dSrc.accumulate());
  }

  /** {@code src} in the midst of zeros. */
  static void zeroPad(Emitter e, Padding padding, PlanTensor src, PlanTensor dst) {
    memory target = e.target(dst, Scratch.TARGET);
    clear(e, target);
    e.reorder(e.plan().view(src), within(e.plan(), target, padding, src), false);
    e.written(target, dst);
  }

  /** The gradient of {@link #zeroPad}. */
  static void zeroPadBackward(Emitter e, Padding padding, PlanTensor dDst, GradientTarget dSrc) {
    memory gradient = e.read(dDst, Scratch.SOURCE);
    memory from = within(e.plan(), gradient, padding, dSrc.tensor());
    e.reorder(from, e.plan().view(dSrc.tensor()), dSrc.accumulate());
  }

  /** Of dense padded memory, what is not padding. */
  private static memory within(BoundPlan plan, memory padded, Padding padding, PlanTensor inner) {
    long[] dims = {plan.batch(), inner.channels(), inner.height(), inner.width()};
    long[] offsets = {0, 0, padding.top(), padding.left()};
    return plan.alias(padded, plan.own(padded.get_desc()).submemory_desc(dims, offsets));
  }

  /** Sets the tensor to zero. */
  static void clear(Emitter e, PlanTensor tensor) {
    BoundPlan plan = e.plan();
    if (plan.dense(tensor)) {
      clear(e, plan.memory(tensor));
    } else {
      e.reorder(plan.zeros(plan.desc(tensor)), plan.view(tensor), false);
    }
  }

  private static void clear(Emitter e, memory dense) {
    long bytes = e.plan().own(dense.get_desc()).get_size();
    e.loop(
        "clear", 1, () -> (from, to) -> Pointer.memset(dense.get_data_handle(), 0, bytes), dense);
  }

  /** Channels in another order: channel {@code i} of group {@code g} goes to {@code i, g}. */
  static void shuffle(Emitter e, int groups, PlanTensor src, PlanTensor dst) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SOURCE);
    memory target = e.targetAs(dst, plan.channelsLast(dst), Scratch.TARGET);
    e.reorder(
        plan.alias(source, grouped(plan, src, groups)),
        plan.alias(target, dealt(plan, dst, groups)),
        false);
    e.written(target, dst);
  }

  /** The gradient of {@link #shuffle}. */
  static void shuffleBackward(Emitter e, int groups, PlanTensor dDst, GradientTarget dSrc) {
    BoundPlan plan = e.plan();
    memory gradient = e.readAs(dDst, plan.channelsLast(dDst), Scratch.SOURCE);
    memory result = e.gradient(dSrc.tensor(), dSrc.accumulate(), plan.channelsLast(dSrc.tensor()));
    e.reorder(
        plan.alias(gradient, dealt(plan, dDst, groups)),
        plan.alias(result, grouped(plan, dSrc.tensor(), groups)),
        false);
    dSrc.written(e, result);
  }

  /** Channels-last memory as places x groups x channels of a group, which lie side by side. */
  private static memory.desc grouped(BoundPlan plan, PlanTensor tensor, int groups) {
    long size = tensor.channels() / groups;
    return strided(plan, tensor, groups, new long[] {tensor.channels(), size, 1});
  }

  /** The same dimensions, where the groups lie side by side. */
  private static memory.desc dealt(BoundPlan plan, PlanTensor tensor, int groups) {
    return strided(plan, tensor, groups, new long[] {tensor.channels(), 1, groups});
  }

  private static memory.desc strided(
      BoundPlan plan, PlanTensor tensor, int groups, long[] strides) {
    long[] dims = {(long) plan.batch() * tensor.pixels(), groups, tensor.channels() / groups};
    return new memory.desc(dims, plan.type(tensor), strides);
  }
}
