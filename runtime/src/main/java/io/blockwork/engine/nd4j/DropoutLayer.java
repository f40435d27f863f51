package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import java.util.function.LongSupplier;

/** Dropout in training: the mask of the last forward pass serves until the next. */
final class DropoutLayer implements Layer {
  private final Dropout dropout;
  private final Nd4jTensor tensor;
  private final Nd4jTensor gradient;
  private final LongSupplier steps;
  private long step;

  /**
   * @param steps a number that every training pass changes, in the same way in every run
   */
  DropoutLayer(Dropout dropout, Nd4jTensor tensor, Nd4jTensor gradient, LongSupplier steps) {
    this.dropout = dropout;
    this.tensor = tensor;
    this.gradient = gradient;
    this.steps = steps;
  }

  @Override
  public void forward() {
    step = steps.getAsLong();
    dropout.apply(tensor, step);
  }

  @Override
  public void recompute() {
    dropout.apply(tensor, step);
  }

  @Override
  public void backward() {
    dropout.apply(gradient, step);
  }
}
