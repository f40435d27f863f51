package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Precision;
import io.blockwork.engine.winograd.Pixels;
import io.blockwork.engine.winograd.Tile;
import io.blockwork.engine.winograd.WinogradConvolution;
import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import io.blockwork.engine.onednn.Plan.Scratch;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.memory;

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
   * Makes the layer's steps.
   *
   * @return whether it did: else the layer is to be computed directly
   */
  boolean compile(Emitter e, PlanWeights weights) {
    Plan plan = e.plan();
    Optional<Tile> tile = plan.winograd().tile(layer.conv(), dst.height(), dst.width());
    return tile.isPresent() && fits(plan) && compile(e, weights, tile.get());
  }

  private boolean fits(Plan plan) {
    return plan.precision(src) == Precision.FLOAT
        && plan.precision(dst) == Precision.FLOAT
        && CLIPS.containsKey(layer.activation())
        && isAddressable(plan, src)
        && isAddressable(plan, dst)
        && (layer.residual().isEmpty() || dst.channels() % Layout.BLOCK == 0);
  }

  /** Whether sixteen channels of a pixel lie side by side. */
  private static boolean isAddressable(Plan plan, PlanTensor tensor) {
    return !plan.isPadded(tensor)
        && (plan.layout() == Layout.CHANNELS_LAST || Layout.isBlocks(tensor));
  }

  private static Pixels pixels(Plan plan, PlanTensor tensor) {
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

  private static memory.desc bytes(Plan plan, long bytes) {
    return plan.own(PackedWeights.vector((bytes + Float.BYTES - 1) / Float.BYTES));
  }

  private static long address(memory memory) {
    return memory.get_data_handle().address();
  }

  private boolean compile(Emitter e, PlanWeights weights, Tile tile) {
    Plan plan = e.plan();
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
    memory zeros = plan.temporary(Scratch.ZEROS, bytes(plan, convolution.zeroBytes()));
    memory scratch = plan.temporary(Scratch.TRANSFORMED, bytes(plan, convolution.scratchBytes()));
    plan.onFinish(
        () -> {
          convolution.share(address(zeros), address(scratch));
          convolution.use(address(packed.weight()), address(packed.bias()));
        });
    long floats = src.elements() + dst.elements() * (layer.residual().isPresent() ? 2 : 1);
    e.execute(
        "conv",
        "winograd:" + tile + ":" + plan.winograd().vectors().orElseThrow(),
        new Convolution(conv, conv.in()).flops(plan.batch(), dst.pixels()),
        floats * plan.batch() * Float.BYTES + convolution.weights().bytes(),
        convolution::run);
    return true;
  }
}
