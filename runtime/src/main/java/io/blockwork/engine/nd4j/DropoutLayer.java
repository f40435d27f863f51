package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import java.util.function.LongSupplier;

/** Dropout in training: the mask of the last forward pass serves until the next. */
final class DropoutLayer implements Layer {
  private final Dropout dropout;
  private final Nd4jTensor src;
  private final Target dst;
  private final Nd4jTensor dDst;
  private final Target dSrc;
  private final LongSupplier steps;
  private long step;

  /**
   * @param steps a number that every training pass changes, in the same way in every run
   */
  DropoutLayer(
      Dropout dropout,
      Nd4jTensor src,
      Nd4jTensor dst,
      Nd4jTensor dDst,
      Target dSrc,
      LongSupplier steps) {
    this.dropout = dropout;
    this.src = src;
    this.dst = new Target(dst, false, true);
    this.dDst = dDst;
    this.dSrc = dSrc;
    this.steps = steps;
  }

  @Override
  public void forward() {
    step = steps.getAsLong();
    recompute();
  }

  @Override
  public void recompute() {
    dropout.apply(src, dst, step);
  }

  @Override
  public void backward() {
    if (dSrc.needed()) {
      dropout.apply(dDst, dSrc, step);
    }
  }
}
