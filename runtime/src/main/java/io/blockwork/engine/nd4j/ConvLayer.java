package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import java.util.Optional;

/** A convolution in training. */
final class ConvLayer implements Layer {
  private final Convolution convolution;
  private final Values weight;
  private final Optional<Values> weightGradient;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final Nd4jTensor dDst;
  private final Target dSrc;

  /**
   * @param weightGradient where the weight's gradient goes; empty if it is frozen
   */
  ConvLayer(
      Convolution convolution,
      Values weight,
      Optional<Values> weightGradient,
      Nd4jTensor src,
      Nd4jTensor dst,
      Nd4jTensor dDst,
      Target dSrc) {
    this.convolution = convolution;
    this.weight = weight;
    this.weightGradient = weightGradient;
    this.src = src;
    this.dst = dst;
    this.dDst = dDst;
    this.dSrc = dSrc;
  }

  @Override
  public void forward() {
    convolution.forward(weight, src, dst);
  }

  @Override
  public void recompute() {
    forward();
  }

  @Override
  public void backward() {
    if (weightGradient.isPresent()) {
      convolution.backwardWeight(weightGradient.get(), src, dDst);
    }
    if (dSrc.needed()) {
      convolution.backwardData(weight, dDst, dSrc.tensor(), dSrc.accumulate());
    }
  }
}
