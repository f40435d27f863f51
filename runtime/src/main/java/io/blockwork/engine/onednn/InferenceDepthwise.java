package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Precision;
import io.blockwork.engine.depthwise.DepthwiseChoice;
import io.blockwork.engine.depthwise.DepthwiseConvolution;
import io.blockwork.engine.depthwise.DepthwiseConvolution.Place;
import io.blockwork.engine.depthwise.DepthwiseConvolution.Problem;
import io.blockwork.engine.depthwise.Filter;
import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.VectorSet;
import java.util.Optional;
import org.bytedeco.dnnl.memory;

/**
 * A convolution of an inference pass in which every channel has a filter of its own, computed by
 * our code.
 *
 * @param layer the convolution
 * @param src what it reads
 * @param dst what it writes
 */
record InferenceDepthwise(InferenceConv layer, PlanTensor src, PlanTensor dst) {
  /** More pixels than a block reads at once. */
  private static final int BEHIND = 64;

  /**
   * Makes the layer's emitters.
   *
   * @return whether it did: else oneDNN is to compute the layer
   */
  boolean compile(Emitter e, PlanWeights weights) {
    BoundPlan plan = e.plan();
    Optional<VectorSet> vectors = plan.winograd().vectors();
    Optional<Ending> ending = ending(layer.activation());
    Conv conv = layer.conv();
    if (vectors.isEmpty()
        || ending.isEmpty()
        || layer.residual().isPresent()
        || !isDepthwise(conv)
        || !isAddressable(plan, src)
        || !isAddressable(plan, dst)) {
      return false;
    }
    Filter filter = new Filter(conv.kernelHeight(), conv.strideHeight());
    if (!DepthwiseChoice.gains(vectors.get(), filter, conv.in(), ending.get())) {
      return false;
    }
    var problem =
        new Problem(
            filter,
            plan.batch(),
            conv.in(),
            src.height(),
            src.width(),
            dst.height(),
            dst.width(),
            conv.padding().top(),
            conv.padding().left(),
            ending.get());
    Optional<DepthwiseConvolution> bound =
        DepthwiseConvolution.bind(
            problem,
            vectors.get(),
            plan.threads(),
            place(plan, src),
            place(plan, dst),
            plan.checkMemory());
    bound.ifPresent(
        convolution -> {
          plan.onClose(convolution::close);
          memory packed = weights.depthwise(layer.weight(), conv, convolution.weights());
          convolution.use(packed.get_data_handle().address());
          long floats = (src.elements() + dst.elements()) * plan.batch();
          e.execute(
              "conv",
              "depthwise:" + vectors.get(),
              new ConvolutionPrimitive(conv, conv.in()).flops(plan.batch(), dst.pixels()),
              (floats + convolution.weights().length()) * Float.BYTES,
              convolution::run);
        });
    return bound.isPresent();
  }

  /** Whether every channel has a square filter of its own. */
  private static boolean isDepthwise(Conv conv) {
    return conv.groups() == conv.in()
        && conv.out() == conv.in()
        && conv.kernelHeight() == conv.kernelWidth()
        && conv.strideHeight() == conv.strideWidth()
        && conv.dilationHeight() == 1
        && conv.dilationWidth() == 1;
  }

  /** Whether the channels of a pixel lie side by side, and a row's bytes can be counted in code. */
  private static boolean isAddressable(BoundPlan plan, PlanTensor tensor) {
    return plan.precision(tensor) == Precision.FLOAT
        && !plan.isPadded(tensor)
        && plan.layout() == Layout.CHANNELS_LAST
        && (long) tensor.parent() * (tensor.width() + BEHIND) * Float.BYTES <= Integer.MAX_VALUE;
  }

  /** What the kernels can end with. */
  private static Optional<Ending> ending(Activation activation) {
    return switch (activation.function()) {
      case NONE -> Optional.of(Ending.NOTHING);
      case RELU -> activation.isRelu() ? Optional.of(Ending.RELU) : Optional.empty();
      case CLIP ->
          activation.alpha() == 0 && activation.beta() == 6
              ? Optional.of(Ending.RELU6)
              : Optional.empty();
      case HARD_SWISH ->
          activation.equals(Activation.HARD_SWISH)
              ? Optional.of(Ending.HARD_SWISH)
              : Optional.empty();
      case SILU -> Optional.of(Ending.SILU);
      default -> Optional.empty();
    };
  }

  private static Place place(BoundPlan plan, PlanTensor tensor) {
    return new Place(plan.address(tensor) + (long) tensor.from() * Float.BYTES, tensor.parent());
  }
}
