package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Layer;

/**
 * A linear layer on the channels of each place: a 1x1 convolution, and its activation.
 *
 * @param conv the convolution
 * @param activation applied to its output
 * @param dst the output
 * @param dDst its gradient, which backward turns into that before the activation
 */
record PlaceLinear(ConvLayer conv, Activation activation, Nd4jTensor dst, Nd4jTensor dDst)
    implements Layer {
  @Override
  public void forward() {
    conv.forward();
    if (!activation.isNone()) {
      Elementwise.map(dst, dst, (x, count) -> Activations.apply(activation, x, count));
    }
  }

  @Override
  public void recompute() {
    forward();
  }

  @Override
  public void backward() {
    if (!activation.isNone()) {
      Elementwise.combine(
          dDst, dst, dDst, (d, y, count) -> Activations.gradient(activation, d, y, count));
    }
    conv.backward();
  }
}
