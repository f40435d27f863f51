package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import java.util.Optional;

/** A convolution in training. */
final class ConvLayer implements Layer {
  private final MatrixConvolution convolution;
  private final Values weight;
  private final Optional<Values> bias;
  private final Optional<Values> weightGradient;
  private final Optional<Values> biasGradient;
  private final Nd4jTensor src;
  private final Nd4jTensor dst;
  private final Nd4jTensor dDst;
  private final Target dSrc;

  /**
   * @param bias the bias, if there is one
   * @param weightGradient where the weight's gradient goes; empty if it is frozen
   * @param biasGradient where the bias's gradient goes; empty if it is frozen or not there
   */
  ConvLayer(
      MatrixConvolution convolution,
      Values weight,
      Optional<Values> bias,
      Optional<Values> weightGradient,
      Optional<Values> biasGradient,
      Nd4jTensor src,
      Nd4jTensor dst,
      Nd4jTensor dDst,
      Target dSrc) {
    this.convolution = convolution;
    this.weight = weight;
    this.bias = bias;
    this.weightGradient = weightGradient;
    this.biasGradient = biasGradient;
    this.src = src;
    this.dst = dst;
    this.dDst = dDst;
    this.dSrc = dSrc;
  }

  @Override
  public void forward() {
    convolution.forward(weight, src, dst);
    if (bias.isPresent()) {
      double[] shift = new double[dst.channels()];
      bias.get().read(0, shift, shift.length);
      Planes.shift(dst, shift);
    }
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
    biasGradient.ifPresent(gradient -> Planes.sums(dDst, gradient));
    if (dSrc.needed()) {
      convolution.backwardData(weight, dDst, dSrc.tensor(), dSrc.accumulate());
    }
  }
}
