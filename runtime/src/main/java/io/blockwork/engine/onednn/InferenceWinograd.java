package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Precision;
import io.blockwork.engine.winograd.Pixels;
import io.blockwork.engine.winograd.Tile;
import io.blockwork.engine.winograd.WinogradConvolution;
import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import java.util.Map;
import java.util.Optional;

/**
 * A convolution of an inference pass that is computed by Winograd's filtering.
 *
 * @param layer the convolution
 * @param src what it reads
 * @param dst what it writes
 */
record InferenceWinograd(InferenceConv layer, PlanTensor src, PlanTensor dst) {
  private static final Map<Activation, Clip> CLIPS =
      Map.of(Activation.NONE, Clip.NONE, Activation.RELU, Clip.RELU, Activation.RELU6, Clip.RELU6);

  /**
   * Makes the layer's kernels.
   *
   * @return whether it did: else the layer is to be computed directly
   */
  boolean compile(Emitter e, PlanWeights weights) {
    BoundPlan plan = e.plan();
    Optional<Tile> tile =
        plan.winograd().tile(layer.conv(), plan.batch(), dst.height(), dst.width());
    return tile.isPresent() && fits(plan) && compile(e, weights, tile.get());
  }

  private boolean fits(BoundPlan plan) {
    return plan.precision(src) == Precision.FLOAT
        && plan.precision(dst) == Precision.FLOAT
        && CLIPS.containsKey(layer.activation())
        && isAddressable(plan, src)
        && isAddressable(plan, dst)
        && (layer.residual().isEmpty() || dst.channels() % Layout.BLOCK == 0);
  }

  /** Whether sixteen channels of a pixel lie side by side. */
  private static boolean isAddressable(BoundPlan plan, PlanTensor tensor) {
    return !plan.isPadded(tensor)
        && (plan.layout() == Layout.CHANNELS_LAST || Layout.isBlocks(tensor));
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

  private boolean compile(Emitter e, PlanWeights weights, Tile tile) {
    BoundPlan plan = e.plan();
    Conv conv = layer.conv();
    var problem =
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
            layer.residual().isPresent(),
            CLIPS.getOrDefault(layer.activation(), Clip.NONE));
    Optional<WinogradConvolution> bound =
        WinogradConvolution.bind(
            problem,
            plan.winograd().vectors().orElseThrow(),
            OneDnnLibrary.threads(),
            pixels(plan, src),
            pixels(plan, dst));
    if (bound.isEmpty()) {
      return false;
    }
    WinogradConvolution convolution = bound.get();
    plan.onClose(convolution::close);
    // The sum is made in place: what is added has to be in the destination before.
    layer
        .residual()
        .filter(r -> !r.equals(dst))
        .ifPresent(r -> e.reorder(plan.view(r), plan.view(dst), false));
    PackedWeights.Packed packed = weights.winograd(layer.weight(), conv, convolution.weights());
    convolution.use(
        packed.weight().get_data_handle().address(), packed.bias().get_data_handle().address());
    long floats = src.elements() + dst.elements() * (layer.residual().isPresent() ? 2 : 1);
    e.execute(
        "conv",
        "winograd:" + tile + ":" + plan.winograd().vectors().orElseThrow(),
        new ConvolutionPrimitive(conv, conv.in()).flops(plan.batch(), dst.pixels()),
        floats * plan.batch() * Float.BYTES + convolution.weights().bytes(),
        convolution::run);
    return true;
  }
}
