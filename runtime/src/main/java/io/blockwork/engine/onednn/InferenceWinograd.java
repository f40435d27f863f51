package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import java.util.Optional;

/**
 * A convolution of an inference pass that is computed by Winograd's filtering.
 *
 * @param layer the convolution
 * @param src what it reads
 * @param dst what it writes
 */
record InferenceWinograd(InferenceConv layer, PlanTensor src, PlanTensor dst) {
  /**
   * Makes the layer's emitters.
   *
   * @return whether it did: else the layer is to be computed directly
   */
  boolean compile(Emitter e, PlanWeights weights) {
    boolean sum = layer.residual().isPresent();
    Optional<WinogradLayer> winograd =
        clip(layer.activation())
            .flatMap(clip -> WinogradLayer.inference(e.plan(), layer.conv(), src, dst, sum, clip));
    winograd.ifPresent(w -> emit(e, weights, w));
    return winograd.isPresent();
  }

  /** Whether filtering is better than the direct way, if there is code for the layer. */
  boolean isBetter(WinogradChoice winograd) {
    return clip(layer.activation()).isPresent()
        && winograd.tile(layer.conv(), dst.height(), dst.width()).isPresent();
  }

  /** What the direct way computes. */
  long flops(long batch) {
    return new ConvolutionPrimitive(layer.conv(), layer.conv().in()).flops(batch, dst.pixels());
  }

  /** What the kernels can end with. */
  private static Optional<Clip> clip(Activation activation) {
    return switch (activation.function()) {
      case NONE -> Optional.of(Clip.NONE);
      case RELU -> activation.isRelu() ? Optional.of(Clip.RELU) : Optional.empty();
      case CLIP ->
          activation.alpha() == 0 && activation.beta() == 6
              ? Optional.of(Clip.RELU6)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private void emit(Emitter e, PlanWeights weights, WinogradLayer winograd) {
    BoundPlan plan = e.plan();
    // The sum is made in place: what is added has to be in the destination before.
    layer
        .residual()
        .filter(r -> !r.equals(dst))
        .ifPresent(r -> e.reorder(plan.view(r), plan.view(dst), false));
    PackedWeights.Packed packed =
        weights.winograd(layer.weight(), layer.conv(), winograd.weights(), plan.checkMemory());
    long floats = src.elements() + dst.elements() * (layer.residual().isPresent() ? 2 : 1);
    winograd.emit(
        e, "conv", flops(plan.batch()), floats * plan.batch(), packed.weight(), packed.bias());
  }
}
