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
    for (int n = 0; n < src.batch(); n++) {
      convolution.forward(weight, src, n, dst.channelMatrix(n, 0));
    }
  }

  @Override
  public void recompute() {
    forward();
  }

  @Override
  public void backward() {
    for (int n = 0; n < src.batch(); n++) {
      if (weightGradient.isPresent()) {
        convolution.backwardWeight(weightGradient.get(), src, dDst, n);
      }
      if (dSrc.needed()) {
        convolution.backwardData(weight, dDst, dSrc.tensor(), n, dSrc.accumulate());
      }
    }
  }
}
