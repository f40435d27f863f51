package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Window;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/** Layers that work value by value, and moves. */
final class Pointwise {
  private Pointwise() {}

  /** {@code dst = src * gate}, one factor a channel and image. */
  static void scale(Emitter e, PlanTensor src, PlanTensor gate, PlanTensor dst) {
    memory source = e.read(src, Scratch.SOURCE);
    memory factors = e.read(gate, Scratch.SECOND_SOURCE);
    memory target = e.target(dst, Scratch.TARGET);
    scale(e, source, factors, target);
    e.written(target, dst);
  }

  /** The same on dense memory. */
  private static void scale(Emitter e, memory src, memory gate, memory dst) {
    e.binary("scale", algorithm.binary_mul, src, gate, dst, Activation.NONE);
  }

  /** {@code dst = a * b}, value by value. */
  static void multiply(Emitter e, PlanTensor a, PlanTensor b, PlanTensor dst) {
    memory target = e.target(dst, Scratch.TARGET);
    memory first = e.read(a, Scratch.SOURCE);
    memory second = e.read(b, Scratch.SECOND_SOURCE);
    e.binary(algorithm.binary_mul, first, second, target, Activation.NONE);
    e.written(target, dst);
  }

  /** The gradient of one factor of {@link #multiply}, given the other. */
  static void multiplyBackward(
      Emitter e, PlanTensor dDst, PlanTensor other, GradientTarget target) {
    if (target.needed()) {
      memory result = target.memory(e);
      memory gradient = e.read(dDst, Scratch.SOURCE);
      memory factor = e.read(other, Scratch.SECOND_SOURCE);
      e.binary(algorithm.binary_mul, gradient, factor, result, Activation.NONE);
      target.written(e, result);
    }
  }

  /** Sets {@code dDst} to zero where {@code dst} is not positive. */
  static void reluBackward(Emitter e, PlanTensor dst, PlanTensor dDst) {
    memory output = e.read(dst, Scratch.SOURCE);
    memory gradient = e.read(dDst, Scratch.SECOND_SOURCE);
    Activations.fromOutput(e, Activation.RELU, output, gradient, gradient);
    e.written(gradient, dDst);
  }

  /** The gradients of {@link #scale}. */
  static void scaleBackward(
      Emitter e,
      PlanTensor src,
      PlanTensor gate,
      PlanTensor dDst,
      GradientTarget dSrc,
      GradientTarget dGate) {
    BoundPlan plan = e.plan();
    memory gradient = e.read(dDst, Scratch.SOURCE);
    // The gate first: dSrc may be dDst itself.
    if (dGate.needed()) {
      memory product = plan.temporary(Scratch.PRODUCT, plan.desc(src));
      e.binary(
          algorithm.binary_mul,
          gradient,
          e.read(src, Scratch.SECOND_SOURCE),
          product,
          Activation.NONE);
      memory result = dGate.memory(e);
      PoolPrimitive mean = new PoolPrimitive(Pool.global(false, src), src, dGate.tensor());
      PoolPrimitive.run(e, mean.describe(e, prop_kind.forward_inference), product, result);
      Activations.multiply(e, result, src.pixels(), result);
      dGate.written(e, result);
    }
    if (dSrc.needed()) {
      memory result = dSrc.memory(e);
      scale(e, gradient, e.read(gate, Scratch.SECOND_SOURCE), result);
      dSrc.written(e, result);
    }
  }

  /** Every {@code stride}-th pixel, in the middle of zero channels. */
  static void padShortcut(Emitter e, int stride, PlanTensor src, PlanTensor dst) {
    BoundPlan plan = e.plan();
    PlanTensor pixels = pixels(src, dst);
    memory padded = plan.keep(plan.desc(dst));
    // The zeros around the middle are never written again, so they are made once.
    Pointer.memset(padded.get_data_handle(), 0, plan.own(padded.get_desc()).get_size());
    memory taken = plan.temporary(Scratch.TARGET, plan.desc(pixels));
    PoolPrimitive pool = everyNth(stride, src, pixels);
    PoolPrimitive.run(
        e, pool.describe(e, prop_kind.forward_inference), e.read(src, Scratch.SOURCE), taken);
    e.reorder(taken, plan.part(padded, before(src, dst), src.channels()), false);
    e.reorder(padded, plan.view(dst), false);
  }

  /** The gradient of {@link #padShortcut}. */
  static void padShortcutBackward(
      Emitter e, int stride, PlanTensor src, PlanTensor dDst, GradientTarget dSrc) {
    int before = before(src, dDst);
    PlanTensor middle = dDst.slice(before, before + src.channels());
    PoolPrimitive pool = everyNth(stride, src, pixels(src, dDst));
    var forward = pool.describe(e, prop_kind.forward_training);
    pool.backward(e, middle, dSrc, forward, Optional.empty());
  }

  /** A pool of single pixels is what leaves some out, in any layout. */
  private static PoolPrimitive everyNth(int stride, PlanTensor src, PlanTensor pixels) {
    return new PoolPrimitive(Pool.of(false, Window.window(1).stride(stride), src), src, pixels);
  }

  private static PlanTensor pixels(PlanTensor few, PlanTensor many) {
    return PlanTensor.whole(few.storage(), few.channels(), many.height(), many.width());
  }

  /** Torch pads half of the missing channels, rounded down, in front. */
  private static int before(PlanTensor few, PlanTensor many) {
    return (many.channels() - few.channels()) / 2;
  }
}
