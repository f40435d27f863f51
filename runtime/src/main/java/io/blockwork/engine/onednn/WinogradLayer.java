package io.blockwork.engine.onednn;

import io.blockwork.engine.Conv;
import io.blockwork.engine.Precision;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.engine.winograd.Pixels;
import io.blockwork.engine.winograd.Tile;
import io.blockwork.engine.winograd.WinogradConvolution;
import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import io.blockwork.engine.winograd.WinogradWeights;
import java.util.Optional;
import org.bytedeco.dnnl.memory;

/**
 * A convolution of a plan, or the gradient of its input, that is computed by Winograd's filtering.
 */
final class WinogradLayer {
  private static final int KERNEL = 3;

  private final BoundPlan plan;
  private final Tile tile;
  private final WinogradConvolution convolution;

  private WinogradLayer(BoundPlan plan, Tile tile, WinogradConvolution convolution) {
    this.plan = plan;
    this.tile = tile;
    this.convolution = convolution;
  }

  /**
   * The convolution in an inference pass, or nothing if it is better computed directly.
   *
   * @param sum whether the output is added to what is in the target
   */
  static Optional<WinogradLayer> inference(
      BoundPlan plan, Conv conv, PlanTensor src, PlanTensor dst, boolean sum, Clip clip) {
    return fits(plan, src, dst, sum)
        ? plan.winograd()
            .tile(conv, dst.height(), dst.width())
            .flatMap(tile -> forward(plan, conv, tile, src, dst, sum, clip))
        : Optional.empty();
  }

  /** The convolution in a training pass, likewise. */
  static Optional<WinogradLayer> training(
      BoundPlan plan, Conv conv, PlanTensor src, PlanTensor dst) {
    return fits(plan, src, dst, false)
        ? plan.winograd()
            .exactTile(conv, dst.height(), dst.width())
            .flatMap(tile -> forward(plan, conv, tile, src, dst, false, Clip.NONE))
        : Optional.empty();
  }

  private static Optional<WinogradLayer> forward(
      BoundPlan plan,
      Conv conv,
      Tile tile,
      PlanTensor src,
      PlanTensor dst,
      boolean sum,
      Clip clip) {
    return bind(
        plan,
        new Problem(
            tile,
            plan.batch(),
            conv.in(),
            conv.out(),
            src.height(),
            src.width(),
            dst.height(),
            dst.width(),
            conv.padding().top(),
            conv.padding().left(),
            sum,
            clip,
            false),
        src,
        dst);
  }

  /**
   * The gradient of the convolution's input, likewise: it is the convolution of the output's
   * gradient with the kernel turned, and with what is missing from a full border as padding.
   *
   * @param sum whether the gradient is added to what is in {@code dSrc}
   */
  static Optional<WinogradLayer> backward(
      BoundPlan plan, Conv conv, PlanTensor dDst, PlanTensor dSrc, boolean sum) {
    int top = KERNEL - 1 - conv.padding().top();
    int left = KERNEL - 1 - conv.padding().left();
    if (top < 0 || left < 0 || !fits(plan, dDst, dSrc, sum)) {
      return Optional.empty();
    }
    return plan.winograd()
        .exactTile(conv, dSrc.height(), dSrc.width())
        .flatMap(
            tile ->
                bind(
                    plan,
                    new Problem(
                        tile,
                        plan.batch(),
                        conv.out(),
                        conv.in(),
                        dDst.height(),
                        dDst.width(),
                        dSrc.height(),
                        dSrc.width(),
                        top,
                        left,
                        sum,
                        Clip.NONE,
                        true),
                    dDst,
                    dSrc));
  }

  private static boolean fits(BoundPlan plan, PlanTensor from, PlanTensor to, boolean sum) {
    return isAddressable(plan, from)
        && isAddressable(plan, to)
        && (!sum || to.channels() % Layout.BLOCK == 0);
  }

  /** Whether sixteen floats of a pixel lie side by side. */
  private static boolean isAddressable(BoundPlan plan, PlanTensor tensor) {
    return plan.precision(tensor) == Precision.FLOAT
        && !plan.isPadded(tensor)
        && (plan.layout() == Layout.CHANNELS_LAST || Layout.isBlocks(tensor));
  }

  private static Optional<WinogradLayer> bind(
      BoundPlan plan, Problem problem, PlanTensor from, PlanTensor to) {
    return WinogradConvolution.bind(
            problem,
            plan.winograd().vectors().orElseThrow(),
            plan.threads(),
            pixels(plan, from),
            pixels(plan, to),
            plan.checkMemory())
        .map(
            convolution -> {
              plan.onClose(convolution::close);
              return new WinogradLayer(plan, problem.tile(), convolution);
            });
  }

  private static Pixels pixels(BoundPlan plan, PlanTensor tensor) {
    long start = plan.address(tensor);
    if (plan.layout() == Layout.CHANNELS_LAST) {
      return Pixels.channelsLast(
          start + (long) tensor.from() * Float.BYTES,
          tensor.parent(),
          tensor.height(),
          tensor.width());
    }
    return Pixels.blocked(
        start + (long) tensor.from() * tensor.pixels() * Float.BYTES,
        tensor.parent(),
        tensor.height(),
        tensor.width());
  }

  /** The form of the weights that this wants. */
  WinogradWeights.Layout weights() {
    return convolution.weights();
  }

  /**
   * Adds the step.
   *
   * @param kind what the profile calls it
   * @param flops operations of the definition, which the profile's speed counts
   * @param floats values that it reads and writes, but for the weights
   * @param weight memory of the transformed weights
   * @param bias memory of one float for each output channel
   */
  void emit(Emitter e, String kind, long flops, long floats, memory weight, memory bias) {
    plan.reserve(Scratch.ZEROS, convolution.zeroBytes());
    plan.reserve(Scratch.TRANSFORMED, convolution.scratchBytes());
    plan.onFinish(
        () -> {
          convolution.share(
              plan.tileTables(), plan.address(Scratch.ZEROS), plan.address(Scratch.TRANSFORMED));
          convolution.use(address(weight), address(bias));
        });
    e.execute(
        kind,
        "winograd:" + tile + ":" + plan.winograd().vectors().orElseThrow(),
        flops,
        floats * Float.BYTES + convolution.weights().bytes(),
        convolution::run);
  }

  private static long address(memory memory) {
    return memory.get_data_handle().address();
  }
}
