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
import io.blockwork.engine.Conv;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.BiFunction;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc_base;

/**
 * A convolution of a training pass.
 *
 * @param conv the convolution
 * @param src its input
 * @param dst its output
 * @param dDst the gradient of its output
 * @param dSrc the gradient of its input
 * @param accumulate whether {@code dSrc} is added to
 * @param trainable whether the weight gets a gradient
 */
record TrainingConv(
    Conv conv,
    PlanTensor src,
    PlanTensor dst,
    PlanTensor dDst,
    PlanTensor dSrc,
    boolean accumulate,
    boolean trainable) {

  void compile(DeferredLayer.Emitters emitters, TrainingWeights weights) {
    compile(emitters, weights, Activation.NONE);
  }

  /**
   * The same with an activation behind.
   *
   * @param activation one whose derivative the output tells; its backward destroys {@code dDst}
   */
  void compile(DeferredLayer.Emitters emitters, TrainingWeights weights, Activation activation) {
    BoundPlan plan = emitters.forward().plan();
    boolean padded = plan.isPadded(src) && conv.groups() == 1;
    memory.desc srcDesc = padded ? plan.paddedInputDesc() : plan.desc(src);
    int in = padded ? (int) plan.own(srcDesc.get_dims()).get(1) : conv.in();
    ConvolutionPrimitive convolution = new ConvolutionPrimitive(conv, in);
    convolution_forward.primitive_desc forward =
        forwardDescription(emitters.forward(), convolution, srcDesc);
    if (!forwardByWinograd(emitters.forward(), weights, activation)) {
      forward(emitters.forward(), convolution, forward, weights, activation);
    }
    emitters.recompute().repeat(emitters.forward());
    if ((trainable || emitters.inputGradient()) && !activation.isNone()) {
      throughActivation(emitters.backward(), activation);
    }
    if (trainable) {
      backwardWeights(emitters.backward(), convolution, forward, srcDesc, weights);
    }
    if (emitters.inputGradient() && !backwardByWinograd(emitters.backward(), weights)) {
      backwardData(emitters.backward(), forward, padded, weights);
    }
  }

  /** Whether the forward pass is computed by Winograd's filtering, whose step is made then. */
  private boolean forwardByWinograd(Emitter e, TrainingWeights weights, Activation activation) {
    BoundPlan plan = e.plan();
    Optional<WinogradLayer> layer =
        activation.isNone() ? WinogradLayer.training(plan, conv, src, dst) : Optional.empty();
    layer.ifPresent(
        winograd ->
            winograd.emit(
                e,
                "conv",
                new ConvolutionPrimitive(conv, conv.in()).flops(plan.batch(), dst.pixels()),
                (src.elements() + dst.elements()) * plan.batch(),
                weights.winograd(e.path(), conv, winograd.weights(), false),
                conv.bias()
                    ? weights.vector(e.path() + ".bias")
                    : plan.zeros(plan.own(PackedWeights.vector(conv.out())))));
    return layer.isPresent();
  }

  /** The same for the gradient of the input. */
  private boolean backwardByWinograd(Emitter e, TrainingWeights weights) {
    BoundPlan plan = e.plan();
    Optional<WinogradLayer> layer = WinogradLayer.backward(plan, conv, dDst, dSrc, accumulate);
    layer.ifPresent(
        winograd ->
            winograd.emit(
                e,
                "conv backward data",
                new ConvolutionPrimitive(conv, conv.in()).flops(plan.batch(), dst.pixels()),
                (dDst.elements() + dSrc.elements() * (accumulate ? 2 : 1)) * plan.batch(),
                weights.winograd(e.path(), conv, winograd.weights(), true),
                plan.zeros(plan.own(PackedWeights.vector(conv.in())))));
    return layer.isPresent();
  }

  private void throughActivation(Emitter e, Activation activation) {
    memory output = e.read(dst, Scratch.SECOND_SOURCE);
    memory gradient = e.read(dDst, Scratch.SOURCE);
    Activations.fromOutput(e, activation, output, gradient, gradient);
    e.written(gradient, dDst);
  }

  private convolution_forward.primitive_desc forwardDescription(
      Emitter e, ConvolutionPrimitive convolution, memory.desc srcDesc) {
    return fixedOrAny(
        e, srcDesc, e.plan().desc(dst), (s, d) -> convolution.training(s, d, e.attributes()));
  }

  /**
   * Describes the primitive on the plan's layouts, or if that is slow, with channels last, or else
   * on any.
   */
  private static <D extends primitive_desc_base> D fixedOrAny(
      Emitter e,
      memory.desc first,
      memory.desc second,
      BiFunction<memory.desc, memory.desc, D> describe) {
    BoundPlan plan = e.plan();
    D fixed = plan.own(describe.apply(first, second));
    if (!Emitter.isReference(fixed)) {
      return fixed;
    }
    D last =
        plan.own(
            describe.apply(
                plan.own(ConvolutionPrimitive.channelsLast(first)),
                plan.own(ConvolutionPrimitive.channelsLast(second))));
    return Emitter.isReference(last)
        ? plan.own(
            describe.apply(
                plan.own(ConvolutionPrimitive.anyActivation(first)),
                plan.own(ConvolutionPrimitive.anyActivation(second))))
        : last;
  }

  private memory source(Emitter e, boolean padded, memory.desc layout, Scratch scratch) {
    return padded
        ? e.convert(e.plan().paddedInput(), layout, scratch)
        : e.readAs(src, layout, scratch);
  }

  private void forward(
      Emitter e,
      ConvolutionPrimitive convolution,
      convolution_forward.primitive_desc description,
      TrainingWeights weights,
      Activation activation) {
    boolean padded = convolution.in() != conv.in();
    memory target = e.targetAs(dst, description.dst_desc(), Scratch.TARGET);
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            source(e, padded, description.src_desc(), Scratch.SOURCE),
            DNNL_ARG_WEIGHTS,
            weights.convolution(e.path(), convolution, description.weights_desc()),
            DNNL_ARG_DST,
            target);
    if (conv.bias()) {
      arguments.put(DNNL_ARG_BIAS, weights.vector(e.path() + ".bias"));
    }
    e.execute(
        "conv",
        convolution.flops(e.plan().batch(), dst.pixels()),
        description,
        new convolution_forward(description),
        arguments);
    Activations.inPlace(e, activation, dst, target);
    e.written(target, dst);
  }

  private void backwardWeights(
      Emitter e,
      ConvolutionPrimitive convolution,
      convolution_forward.primitive_desc forward,
      memory.desc srcDesc,
      TrainingWeights weights) {
    BoundPlan plan = e.plan();
    boolean padded = convolution.in() != conv.in();
    convolution_backward_weights.primitive_desc description =
        fixedOrAny(
            e,
            srcDesc,
            plan.desc(dDst),
            (s, d) -> convolution.backwardWeights(s, d, forward, e.attributes()));
    memory gradient = weights.gradient(e.path() + ".weight", convolution.plainWeight());
    memory.desc layout = plan.own(description.diff_weights_desc());
    boolean direct = layout.equals(plan.own(gradient.get_desc()));
    memory packed = direct ? gradient : plan.temporary(Scratch.WEIGHTS, layout);
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            source(e, padded, description.src_desc(), Scratch.SECOND_SOURCE),
            DNNL_ARG_DIFF_DST,
            e.readAs(dDst, description.diff_dst_desc(), Scratch.SOURCE),
            DNNL_ARG_DIFF_WEIGHTS,
            packed);
    if (conv.bias()) {
      arguments.put(DNNL_ARG_DIFF_BIAS, weights.gradientVector(e.path() + ".bias"));
    }
    e.execute(
        "conv backward weights",
        convolution.flops(plan.batch(), dst.pixels()),
        description,
        new convolution_backward_weights(description),
        arguments);
    if (padded) {
      memory.desc wide = plan.own(convolution.paddedWeight(memory.data_type.f32));
      e.reorder(packed, plan.temporary(Scratch.PLAIN_WEIGHTS, wide), false);
      memory.desc part = plan.own(convolution.withoutPadding(wide));
      e.reorder(plan.temporary(Scratch.PLAIN_WEIGHTS, part), gradient, false);
    } else if (!direct) {
      e.reorder(packed, gradient, false);
    }
    clearBlindTaps(e, convolution, srcDesc, gradient);
  }

  /** In bfloat16, kernels leave there what was in their scratch memory. */
  private void clearBlindTaps(
      Emitter e, ConvolutionPrimitive convolution, memory.desc srcDesc, memory gradient) {
    int[] blind = convolution.blindTaps(srcDesc, e.plan().desc(dDst));
    if (blind.length == 0) {
      return;
    }
    int taps = conv.kernelHeight() * conv.kernelWidth();
    int filters = conv.out() * (conv.in() / conv.groups());
    FloatBuffer values =
        NativeValues.floats(gradient.get_data_handle().address(), (long) filters * taps);
    e.add(
        () -> {
          for (int filter = 0; filter < filters; filter++) {
            for (int tap : blind) {
              values.put(filter * taps + tap, 0);
            }
          }
        });
  }

  private void backwardData(
      Emitter e,
      convolution_forward.primitive_desc forward,
      boolean padded,
      TrainingWeights weights) {
    BoundPlan plan = e.plan();
    ConvolutionPrimitive convolution = new ConvolutionPrimitive(conv, conv.in());
    convolution_forward.primitive_desc hint =
        padded ? forwardDescription(e, convolution, plan.desc(dSrc)) : forward;
    convolution_backward_data.primitive_desc description =
        fixedOrAny(
            e,
            plan.desc(dSrc),
            plan.desc(dDst),
            (s, d) -> convolution.backwardData(s, d, hint, e.attributes()));
    memory result = e.gradient(dSrc, accumulate, description.diff_src_desc());
    e.execute(
        "conv backward data",
        convolution.flops(plan.batch(), dst.pixels()),
        description,
        new convolution_backward_data(description),
        e.arguments(
            DNNL_ARG_DIFF_DST,
            e.readAs(dDst, description.diff_dst_desc(), Scratch.SOURCE),
            DNNL_ARG_WEIGHTS,
            weights.convolution(e.path(), convolution, description.weights_desc()),
            DNNL_ARG_DIFF_SRC,
            result));
    e.accumulated(result, dSrc, accumulate);
  }
}
